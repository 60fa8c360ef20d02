import TensorCore

/// What one file with weights holds, before the files beside it are looked at.
struct OpenedWeights: Sendable {
  /// The format's name, as the user sees it.
  var format: String
  var source: any TensorSource
  var weightFiles: [Checkpoint.WeightFile]
  /// The configuration inside the weights file, as fairseq writes it.
  var configuration: JSONObject?
  var configurationOrigin: String?
  /// Whether a fairseq dictionary belongs to it.
  var hasDictionary = false
  var notes: [String] = []
  /// Compares the checksums of the weights, where the format has any.
  var verifyChecksums: (@Sendable () throws(LFError) -> Void)?
}
