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
  /// Why that may not be opened; another model may take its place.
  let modelProblem: LFError?
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
  private let tolerances: [String: Tolerance]

  /// Which files it may name.
  let paths: CasePaths

  /// Reads `case.json` of a folder.
  ///
  /// - Parameter allowsOutside: whether it may name files outside of the folder.
  /// - Throws: `golden.*` for fields that are missing, unknown or wrong.
  public init(folder: String, allowsOutside: Bool = false) throws(LFError) {
    let paths = try CasePaths(folder: folder, allowsOutside: allowsOutside)
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
    func optionalPath(_ field: String) throws(LFError) -> String? {
      guard let text = try fields.optionalText(field) else { return nil }
      return try paths.path(text, of: field)
    }
    self.folder = folder
    self.paths = paths
    name = try fields.optionalText("name") ?? Paths.name(Paths.resolved(folder) ?? folder)
    let modelText = try fields.text("model")
    model = Paths.join(folder, modelText)
    modelProblem = failure { () throws(LFError) in try paths.path(modelText, of: "model") }
    openOptions = OpenOptions(
      key: try fields.optionalText("key"),
      configurationPath: try optionalPath("config"))
    inputs = try paths.path(try fields.text("inputs"), of: "inputs")
    expected = try paths.path(try fields.text("expected"), of: "expected")
    expectedTensors = try optionalPath("expected_tensors")
    ignorePadding = try fields.flag("ignore_padding") ?? false
    provenance = try fields.object("provenance") ?? JSONObject()
    conversion = try fields.conversion("convert")
    attention = try fields.optionalText("attention")
    bits = try fields.bits("bits")
    tolerance = try fields.tolerance(json["tolerance"], "tolerance", base: .standard)
    var tolerances: [String: Tolerance] = [:]
    for overrides in [json["outputs"], json["tolerance"]?.objectValue?["outputs"]] {
      guard let overrides, overrides != .null else { continue }
      guard let members = overrides.objectValue?.members else {
        throw fields.error("outputs", "an object", overrides)
      }
      for member in members {
        let value = member.value.objectValue?["tolerance"] ?? member.value
        let own = try fields.tolerance(value, "outputs.\(member.key)", base: tolerance)
        tolerances[member.key] = tolerances[member.key] ?? own
      }
    }
    self.tolerances = tolerances
  }

  /// The model's path, where it may be opened.
  func ownModel() throws(LFError) -> String {
    if let modelProblem { throw modelProblem }
    return model
  }

  /// How it is opened.
  var ownOptions: OpenOptions {
    var options = openOptions
    options.boundary = paths.boundary
    return options
  }

  /// Files of the case itself that a run reads.
  var files: [String] {
    [inputs, expected] + [expectedTensors, openOptions.configurationPath].compactMap(\.self)
  }

  /// The tolerance of an output.
  public func tolerance(of output: String) -> Tolerance {
    tolerances[output] ?? tolerance
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
          guard !ForeignNames.isForeign(name, in: parent) else {
            throw ForeignNames.refused(name, in: parent)
          }
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

/// The error that something throws, if it does.
private func failure<Result>(_ body: () throws(LFError) -> Result) -> LFError? {
  do throws(LFError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}
