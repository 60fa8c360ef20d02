public import LFCore
public import LFFamilies
import LFFiles

/// A golden case: a model, inputs, and the outputs that it must give.
///
/// The format is described in `Specs/golden.md`.
public struct GoldenCase: Sendable {
  public let folder: String
  public let name: String
  /// Path of the model, relative paths resolved against the case's folder.
  public let model: String
  /// The conversion that comes first, if there is one.
  public let conversion: LongformerOptions?
  public let inputs: String
  public let expected: String
  /// File with the converted weights, to be equal byte for byte.
  public let expectedTensors: String?
  public let ignorePadding: Bool
  /// Who made the case and how, for reports; nothing depends on it.
  let provenance: JSONObject
  private let tolerance: Tolerance
  private let tolerances: [(output: String, tolerance: Tolerance)]

  /// Reads `case.json` of a folder.
  ///
  /// - Throws: `golden.*` for fields that are missing, unknown or wrong.
  public init(folder: String) throws(LFError) {
    let path = Paths.join(folder, "case.json")
    let bytes = try InputFile(path).contents(limit: 1 << 20)
    guard let json = try JSONParser.parse(bytes, at: .init(file: path)).objectValue else {
      throw .refused(
        "golden.case", at: .init(file: path), expected: "an object", found: "something else")
    }
    let fields = GoldenFields(json: json, path: path)
    try fields.refuseUnknown([
      "name", "description", "model", "convert", "inputs", "expected", "expected_tensors",
      "tolerance", "outputs", "ignore_padding", "provenance",
    ])
    self.folder = folder
    name = try fields.optionalText("name") ?? Paths.name(Paths.resolved(folder) ?? folder)
    model = Paths.join(folder, try fields.text("model"))
    inputs = Paths.join(folder, try fields.text("inputs"))
    expected = Paths.join(folder, try fields.text("expected"))
    expectedTensors = try fields.optionalText("expected_tensors").map { Paths.join(folder, $0) }
    ignorePadding = try fields.flag("ignore_padding") ?? false
    provenance = json["provenance"]?.objectValue ?? JSONObject()
    conversion = try fields.conversion("convert")
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

  /// The tolerance of an output.
  public func tolerance(of output: String) -> Tolerance {
    tolerances.first { $0.output == output }?.tolerance ?? tolerance
  }

  /// The cases of paths that are cases, or folders of cases.
  ///
  /// - Throws: `golden.none` when a path leads to no case: an empty folder must
  ///   not pass for a success.
  public static func folders(at paths: [String]) throws(LFError) -> [String] {
    var result: [String] = []
    for path in paths {
      guard Paths.exists(path) else { throw .system("cannot open", path, errno: 2) }
      if Paths.kind(Paths.join(path, "case.json")) == .file {
        result.append(path)
        continue
      }
      guard Paths.kind(path) == .folder else {
        throw .refused(
          "golden.none", at: .init(file: path), expected: "the folder of a golden case",
          found: "a file")
      }
      let inside = try Paths.entries(path).map { Paths.join(path, $0) }
        .filter { Paths.kind(Paths.join($0, "case.json")) == .file }
      guard !inside.isEmpty else {
        throw .refused(
          "golden.none", at: .init(file: path), expected: "a case.json, or folders with one",
          found: "none")
      }
      result += inside
    }
    return result
  }
}
