package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The one rule for every file and folder that a command writes: nothing is
/// replaced that was not allowed to be, and never an input.
///
/// It is asked before any work is done, and again when the output is published,
/// for by then it is known what was read.
package enum OutputRule {
  /// Demands that something may be put at `destination`.
  ///
  /// - Throws: `io.exists` when something is there and may not be replaced;
  ///   `usage.output` when it is an input, or holds one; `io.not-found` when there
  ///   is no folder to put it in.
  static func check(
    _ destination: String, overwrite: Bool, wanted: Paths.Kind
  ) throws(LFError) {
    guard Paths.exists(destination) else {
      guard errno != ENAMETOOLONG else {
        throw .system("cannot write", destination, errno: ENAMETOOLONG)
      }
      guard Paths.kind(Paths.folder(destination)) == .folder else {
        throw LFError(
          .io, "io.not-found", "there is no such folder to write into",
          at: .init(file: Paths.folder(destination)),
          hint: "make that folder first, or write to another one")
      }
      return
    }
    guard overwrite else { throw occupied(destination) }
    if let input = InputRecord.input(at: destination) {
      throw replacement(of: input, by: destination)
    }
    let found = Paths.kind(destination)
    guard found == wanted || found == .missing else {
      throw LFError(
        .io, "io.exists",
        "\(wanted == .file ? "a file" : "a folder") is to be written, "
          + "but something else is there", at: .init(file: destination))
    }
  }

  /// Demands that an output is not at the place of an input, nor of a folder that
  /// the input lies in, whatever paths lead to them.
  package static func checkApart(_ output: String, from input: String) throws(LFError) {
    guard let place = FileIdentity(output), var path = Paths.resolved(input) else { return }
    while true {
      if FileIdentity(path) == place { throw replacement(of: input, by: output) }
      let folder = Paths.folder(path)
      guard folder != path, folder != "." else { return }
      path = folder
    }
  }

  /// The error for an output that is there already.
  static func occupied(_ destination: String) -> LFError {
    LFError(
      .io, "io.exists", "the output already exists", at: .init(file: destination),
      hint: "give another name, or --force to replace it")
  }

  private static func replacement(of input: String, by output: String) -> LFError {
    LFError(
      .usage, "usage.output",
      input == output
        ? "the output would replace the source" : "the output would replace the source \(input)",
      at: .init(file: output), hint: "give another name for the output")
  }
}
