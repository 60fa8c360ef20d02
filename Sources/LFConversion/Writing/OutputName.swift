package import LFCore
import LFFiles

/// What a conversion writes to a path, which its name alone decides.
package enum OutputName {
  /// One file, `.lfz`.
  case container
  /// A Hugging Face folder.
  case folder

  /// Endings of files that no conversion writes. A folder of such a name would be
  /// taken for the file that was wanted.
  private static let otherFiles = [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".json"]

  /// Reads a name, in any case of its letters.
  ///
  /// - Throws: `usage.output` for a name of another kind of file, for `-` and for
  ///   none.
  package init(_ path: String) throws(LFError) {
    let name = path.lowercased()
    let wanted = "a name that ends in .lfz, or a folder's"
    if name.hasSuffix(".lfz") {
      self = .container
    } else if path.isEmpty {
      throw Self.refused("", expected: wanted, found: "none")
    } else if path == "-" {
      throw Self.refused(path, expected: wanted, found: "-, and standard output takes no model")
    } else if let ending = Self.otherFiles.first(where: name.hasSuffix) {
      throw Self.refused(path, expected: wanted, found: "one that ends in \(ending)")
    } else {
      self = .folder
    }
  }

  private static func refused(_ path: String, expected: String, found: String) -> LFError {
    LFError(
      .usage, "usage.output", "expected \(expected), found \(found)",
      at: .init(file: path.isEmpty ? nil : path),
      hint: "with -o model.lfz it becomes a container, with -o model a folder with a "
        + "model.safetensors in it")
  }
}
