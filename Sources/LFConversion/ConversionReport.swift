public import LFContainer
public import LFCore
public import LFFamilies
import LFModels

/// What a conversion did.
public struct ConversionReport: Sendable {
  /// A proof that was carried out on the written result.
  public struct Check: Sendable {
    /// What was checked, as in "weights".
    public let name: String
    /// What was compared, and how far apart it was.
    public let detail: String
  }

  /// Path of the source, as it was given.
  public let sourcePath: String
  /// Name of its format.
  public let sourceFormat: String
  /// Bytes of its files with weights.
  public let sourceBytes: Int
  /// The files that the weights were read from.
  public internal(set) var sourceFiles: [LFZProvenance.SourceFile] = []
  /// Configuration of the source.
  public let sourceConfiguration: ModelConfiguration
  /// Configuration of the output.
  public let configuration: ModelConfiguration
  /// Path of the output, as it was given.
  public let outputPath: String
  /// Tensors in the result.
  public let tensorCount: Int
  /// Bytes of the result's tensors, written out in full.
  public let rawBytes: Int
  /// Remarks for the user.
  public internal(set) var notes: [String]
  /// How position embeddings were extended; nil when they were not.
  public let tiling: PositionTiling?
  /// Bytes of the output; 0 in a dry run.
  public internal(set) var bytes = 0
  /// The proofs that were carried out, in order.
  public internal(set) var checks: [Check] = []
  /// Time of the whole conversion.
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
