import LFCore

/// A way to write a model's configuration other than Hugging Face's.
///
/// A new one is a file with its translation and a line in `all`.
struct ConfigurationDialect: Sendable {
  /// What a dialect is recognised by, and translated from.
  struct Source {
    let names: NameLookup
    let configuration: JSONObject?
    /// Where the configuration was read, for messages.
    let origin: String?
  }

  /// The table of a checkpoint that only this dialect describes, whatever
  /// `model_type` says; nil for any other.
  let table: @Sendable (Source) throws(LFError) -> FamilyTable?
  /// The fields of Hugging Face's configuration; nil when this is none of the
  /// dialect's.
  let translated: @Sendable (Source, FamilyTable, NamePrefix) throws(LFError) -> JSONObject?

  /// The first that answers counts.
  static let all = [
    FairseqConfiguration.dialect, AI2Configuration.dialect, DistilBERTConfiguration.dialect,
  ]
}
