public import LFContainer
public import LFCore
public import LFFamilies
import LFModels

/// What a conversion did.
public struct ConversionReport: Sendable {
  /// A proof that was carried out on the written result, or could not be.
  public struct Check: Sendable {
    /// How it ended; a proof that fails ends the conversion.
    public enum Status: String, Sendable {
      /// What was compared is equal, or as close as rounding allows.
      case passed
      /// Something was measured that is neither right nor wrong.
      case measured
      /// It was left out; the detail says why.
      case skipped
    }

    /// What was checked, as in "weights".
    public let name: String
    /// What was compared, and how far apart it was.
    public let detail: String
    /// How it ended.
    public internal(set) var status = Status.passed
    /// Largest difference of two numbers, where numbers were compared.
    public internal(set) var largestDifference: Double?
    /// The difference that came closest to its bound, as a part of it.
    public internal(set) var shareOfBound: Double?
    /// Largest difference in each output, where outputs were measured.
    public internal(set) var outputs: [(name: String, maxAbsolute: Double)] = []

    init(name: String, detail: String) {
      self.name = name
      self.detail = detail
    }

    /// A proof that was left out.
    static func skipped(_ name: String, _ reason: String) -> Check {
      var check = Check(name: name, detail: reason)
      check.status = .skipped
      return check
    }

    var json: JSONObject {
      var object = JSONObject([
        ("name", .string(name)), ("passed", .bool(status != .skipped)),
        ("status", .string(status.rawValue)), ("detail", .string(detail)),
      ])
      object["largest_difference"] = largestDifference.map { JSONValue($0) }
      object["share_of_bound"] = shareOfBound.map { JSONValue($0) }
      if !outputs.isEmpty {
        object["outputs"] = .array(
          outputs.map {
            .object(
              JSONObject([("name", .string($0.name)), ("max_abs", JSONValue($0.maxAbsolute))]))
          })
      }
      return object
    }
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
  /// Whether nothing was to be written.
  public internal(set) var isDryRun = false
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
            ("attention_window", .array(configuration.attentionWindows.map { JSONValue($0) })),
          ]))
      ),
      ("dry_run", .bool(isDryRun)),
      ("raw_bytes", JSONValue(rawBytes)),
      ("ratio", JSONValue(ratio)),
      ("checks", .array(checks.map { .object($0.json) })),
      ("notes", .array(notes.map { .string($0) })),
      ("seconds", JSONValue(seconds)),
    ])
  }
}
