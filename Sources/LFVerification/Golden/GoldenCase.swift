import LFCheckpoints
public import LFCore
public import LFFamilies
import LFFiles
package import LFModels

/// A golden case: a model, inputs, and the outputs that it must give.
///
/// The format is described in `Specs/golden.md`.
public struct GoldenCase: Sendable {
  /// Where the case is.
  public let folder: String
  /// Its name in reports; that of its folder where none is stated.
  public let name: String
  /// Path of the model, relative paths resolved against the case's folder.
  public let model: String
  /// How the model is opened: the case's `key` and `config`.
  package let openOptions: OpenOptions
  /// The conversion that comes first, if there is one.
  public let conversion: LongformerOptions?
  /// The name of the attention that takes the place of the model's own.
  let attention: String?
  /// Path of the file with the inputs.
  public let inputs: String
  /// Path of the file with the expected outputs.
  public let expected: String
  /// File with the converted weights, to be equal byte for byte, or with their
  /// digests.
  public let expectedTensors: String?
  /// Whether values of padded positions do not count.
  public let ignorePadding: Bool
  /// Who made the case and how, for reports; nothing depends on it.
  let provenance: JSONObject
  /// The exact bits of some outputs.
  let bits: [String: OutputBits]
  private let tolerance: Tolerance
  private let tolerances: [(output: String, tolerance: Tolerance)]

  /// Reads `case.json` of a folder.
  ///
  /// - Throws: `golden.*` for fields that are missing, unknown or wrong.
  public init(folder: String) throws(LFError) {
    let path = Paths.join(folder, "case.json")
    let bytes = try InputFile(path).contents(limit: 1 << 20)
    if let error = PlaceholderFile.gitLFSError(bytes) { throw error.located(file: path) }
    guard let json = try JSONParser.parse(bytes, at: .init(file: path)).objectValue else {
      throw .refused(
        "golden.case", at: .init(file: path), expected: "an object", found: "something else")
    }
    let fields = GoldenFields(json: json, path: path)
    try fields.refuseUnknown([
      "name", "description", "model", "key", "config", "convert", "attention", "inputs", "expected",
      "expected_tensors", "tolerance", "outputs", "bits", "ignore_padding", "provenance",
    ])
    self.folder = folder
    name = try fields.optionalText("name") ?? Paths.name(Paths.resolved(folder) ?? folder)
    model = Paths.join(folder, try fields.text("model"))
    openOptions = OpenOptions(
      key: try fields.optionalText("key"),
      configurationPath: try fields.optionalText("config").map { Paths.join(folder, $0) })
    inputs = Paths.join(folder, try fields.text("inputs"))
    expected = Paths.join(folder, try fields.text("expected"))
    expectedTensors = try fields.optionalText("expected_tensors").map { Paths.join(folder, $0) }
    ignorePadding = try fields.flag("ignore_padding") ?? false
    provenance = try fields.object("provenance") ?? JSONObject()
    conversion = try fields.conversion("convert")
    attention = try fields.optionalText("attention")
    bits = try fields.bits("bits")
    tolerance = try fields.tolerance(json["tolerance"], "tolerance", base: .standard)
    var tolerances: [(String, Tolerance)] = []
    for overrides in [json["outputs"], json["tolerance"]?.objectValue?["outputs"]] {
      guard let overrides, overrides != .null else { continue }
      guard let members = overrides.objectValue?.members else {
        throw fields.error("outputs", "an object", overrides)
      }
      for member in members {
        let value = member.value.objectValue?["tolerance"] ?? member.value
        tolerances.append(
          (member.key, try fields.tolerance(value, "outputs.\(member.key)", base: tolerance)))
      }
    }
    self.tolerances = tolerances
  }

  /// Files of the case itself that a run reads.
  var files: [String] {
    [inputs, expected] + [expectedTensors, openOptions.configurationPath].compactMap(\.self)
  }

  /// The tolerance of an output.
  public func tolerance(of output: String) -> Tolerance {
    tolerances.first { $0.output == output }?.tolerance ?? tolerance
  }

  /// The folders of all cases at some paths: each is the folder of a case, or a
  /// folder with cases in it, up to `searchDepth` folders deep.
  ///
  /// Hidden folders and links to folders are not searched, and nothing inside
  /// of a case is.
  ///
  /// - Throws: `golden.none` when a path leads to no case: an empty folder must
  ///   not pass for a success.
  public static func folders(at paths: [String]) throws(LFError) -> [String] {
    var result: [String] = []
    for path in paths {
      guard Paths.exists(path) else { throw .system("cannot open", path, errno: 2) }
      if isCase(path) {
        result.append(path)
        continue
      }
      guard Paths.kind(path) == .folder else {
        throw .refused(
          "golden.none", at: .init(file: path), expected: "the folder of a golden case",
          found: "a file")
      }
      let inside = try cases(in: path)
      guard !inside.isEmpty else {
        throw .refused(
          "golden.none", at: .init(file: path), expected: "a case.json, or folders with one",
          found: "none")
      }
      result += inside
    }
    return result
  }

  /// How many folders deep cases are looked for.
  static let searchDepth = 3

  private static func isCase(_ folder: String) -> Bool {
    Paths.kind(Paths.join(folder, "case.json")) == .file
  }

  /// The cases below a folder that is none itself, sorted by path.
  private static func cases(in folder: String) throws(LFError) -> [String] {
    var found: [String] = []
    var level = [folder]
    for _ in 0..<searchDepth {
      var next: [String] = []
      for parent in level {
        for name in try Paths.entries(parent) where !name.hasPrefix(".") {
          let path = Paths.join(parent, name)
          guard Paths.kind(path) == .folder, !isLink(path, in: parent, name) else { continue }
          if isCase(path) { found.append(path) } else { next.append(path) }
        }
      }
      level = next
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func isLink(_ path: String, in parent: String, _ name: String) -> Bool {
    guard let folder = Paths.resolved(parent) else { return false }
    return Paths.resolved(path) != Paths.join(folder, name)
  }
}
