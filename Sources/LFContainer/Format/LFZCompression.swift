/// How hard the writer tries; the raw values are those of `--compression`.
public enum LFZCompression: String, Sendable, CaseIterable {
  /// Nothing is coded: every tensor is one aligned, contiguous run of the file
  /// that can be mapped.
  case none
  /// Exponents are coded, mantissas only looked at for planes of one value.
  case fast
  /// Mantissas are sampled too, and coded where that pays.
  case standard = "default"

  /// The zstd level of files, integers and booleans.
  var generalLevel: Int32 { self == .fast ? 1 : 3 }
}
