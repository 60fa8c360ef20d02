public import LFContainer
public import LFCore
public import LFFamilies
import LFModels

/// What a conversion did.
public struct ConversionReport: Sendable {
  /// A proof that was carried out on the written result.
  public struct Check: Sendable {
    public let name: String
    /// What was compared, and how far apart it was.
    public let detail: String
  }

  public let sourcePath: String
  public let sourceFormat: String
  public let sourceBytes: Int
  /// The files that the weights were read from.
  public internal(set) var sourceFiles: [LFZProvenance.SourceFile] = []
  public let sourceConfiguration: ModelConfiguration
  public let configuration: ModelConfiguration
  public let outputPath: String
  /// Tensors in the result.
  public let tensorCount: Int
  /// Bytes of the result's tensors, written out in full.
  public let rawBytes: Int
  public internal(set) var notes: [String]
  public let tiling: PositionTiling?
  /// Bytes of the output; 0 in a dry run.
  public internal(set) var bytes = 0
  public internal(set) var checks: [Check] = []
  public internal(set) var seconds = 0.0

  init(source: OpenedModel, model: RecognizedModel, plan: ConversionPlan, output: String) {
    sourcePath = source.path
    sourceFormat = source.format
    sourceBytes = source.byteCount
    sourceConfiguration = model.configuration
    configuration = plan.configuration
    outputPath = output
    tensorCount = plan.tensors.count
    rawBytes = plan.tensors.reduce(0) { $0 + $1.descriptor.byteCount }
    notes = source.notes + plan.notes
    tiling = plan.tiling
  }

  /// Bytes of the output for each byte of its tensors.
  public var ratio: Double { rawBytes > 0 ? Double(bytes) / Double(rawBytes) : 0 }

  /// The object that `--json` prints.
  public var json: JSONObject {
    JSONObject([
      ("schema", "lfconv.convert/1"),
      (
        "source",
        .object(
          JSONObject([
            ("path", .string(sourcePath)), ("format", .string(sourceFormat)),
            ("bytes", JSONValue(sourceBytes)), ("files", .array(sourceFiles.map(\.json))),
            ("family", .string(sourceConfiguration.family)),
            ("longest_input", JSONValue(sourceConfiguration.longestInput)),
          ]))
      ),
      (
        "output",
        .object(
          JSONObject([
            ("path", .string(outputPath)), ("bytes", JSONValue(bytes)),
            ("tensors", JSONValue(tensorCount)), ("family", .string(configuration.family)),
            ("longest_input", JSONValue(configuration.longestInput)),
          ]))
      ),
      ("raw_bytes", JSONValue(rawBytes)),
      ("ratio", JSONValue(ratio)),
      (
        "checks",
        .array(
          checks.map {
            .object(
              JSONObject([
                ("name", .string($0.name)), ("passed", true), ("detail", .string($0.detail)),
              ]))
          })
      ),
      ("notes", .array(notes.map { .string($0) })),
      ("seconds", JSONValue(seconds)),
    ])
  }
}
