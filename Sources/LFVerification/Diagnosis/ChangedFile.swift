import LFCore
import LFFiles
import LFModels

/// A file that is not the one whose SHA-256 the case's provenance records.
///
/// Of all evidence it is the first: whatever the numbers say, the file is
/// another one.
public struct ChangedFile: Sendable, Equatable {
  /// The path as provenance states it.
  public let path: String
  /// The recorded SHA-256 in hexadecimal digits.
  public let recorded: String
  /// That of the file that is there; nil when none is.
  public let found: String?
  /// Whether it is a file of the case itself, such as the expected outputs, and
  /// not of the model.
  let isGolden: Bool

  /// One sentence for people.
  public var text: String { "\(path) is not the file that the case was made with" }

  /// The same with the digests.
  public var details: String {
    text
      + (found.map { ": its SHA-256 is \($0), recorded is \(recorded)" } ?? ": it is not there")
  }

  /// All such files of a case.
  ///
  /// Compared are the files that a run reads: those of the case, and the model's
  /// unless another one takes its place. What else provenance lists is not
  /// looked at, wherever it may lead to.
  ///
  /// - Parameters:
  ///   - usesOwnModel: whether the case's own model is run.
  ///   - weightFiles: where the model's weights were read from; empty when it
  ///     could not be opened.
  static func all(
    of golden: GoldenCase, usesOwnModel: Bool, weightFiles: [OpenedModel.WeightFile]
  ) throws(LFError) -> [ChangedFile] {
    var changed: [ChangedFile] = []
    for recorded in recorded(golden, weightFiles) {
      let isGolden = golden.files.contains { CasePath($0) == CasePath(recorded.path) }
      guard
        isGolden || (usesOwnModel && CasePath(recorded.path).lies(in: CasePath(golden.model)))
      else { continue }
      // Whatever a case may name besides, a link must not have another file read.
      guard golden.paths.allows(recorded.path) else { continue }
      // A model that is given by its path may lie anywhere, and not be there.
      let found =
        Paths.kind(recorded.path) == .file
        ? hexadecimal(try InputFile(recorded.path).sha256()) : nil
      guard found != recorded.sha256 else { continue }
      changed.append(
        ChangedFile(
          path: recorded.name, recorded: recorded.sha256, found: found, isGolden: isGolden))
    }
    return changed
  }

  /// What provenance records: `sha256`, paths relative to the case with their
  /// digests, and `model_files`, names with theirs. Anything in another form is
  /// free text.
  private static func recorded(
    _ golden: GoldenCase, _ weightFiles: [OpenedModel.WeightFile]
  ) -> [(name: String, path: String, sha256: String)] {
    var result: [(name: String, path: String, sha256: String)] = []
    for (path, value) in golden.provenance["sha256"]?.objectValue?.members ?? [] {
      guard let digest = value.stringValue, TensorDigests.isDigest(digest), !path.utf8.contains(0)
      else { continue }
      result.append((path, Paths.join(golden.folder, path), digest))
    }
    for item in golden.provenance["model_files"]?.arrayValue ?? [] {
      guard let file = item.objectValue, let name = file["name"]?.stringValue,
        let digest = file["sha256"]?.stringValue, TensorDigests.isDigest(digest),
        !name.contains("/"), !name.utf8.contains(0), name != ".."
      else { continue }
      let known = weightFiles.first { Paths.name($0.path) == name }?.path
      let isFolder = Paths.kind(golden.model) == .folder
      result.append(
        (name, known ?? (isFolder ? Paths.join(golden.model, name) : golden.model), digest))
    }
    return result
  }
}

/// A path taken apart, so that two ways of writing it compare as equal.
private struct CasePath: Equatable {
  private var components: [Substring] = []
  private let isAbsolute: Bool

  init(_ path: String) {
    isAbsolute = path.hasPrefix("/")
    for component in path.split(separator: "/") where component != "." {
      if component == "..", let last = components.last, last != ".." {
        components.removeLast()
      } else {
        components.append(component)
      }
    }
  }

  /// Whether it is the other path, or leads to something inside of it.
  func lies(in folder: CasePath) -> Bool {
    isAbsolute == folder.isAbsolute && components.starts(with: folder.components)
  }
}
