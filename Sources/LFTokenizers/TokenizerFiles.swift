public import LFCore

extension Tokenizer {
  /// The tokenizer of a `tokenizer.json`.
  ///
  /// - Throws: `json.*` and `tokenizer.*`, with the path to what is wrong.
  public init(json bytes: [UInt8], limits: Limits = .standard) throws(LFError) {
    self.init(try TokenizerJSON.read(bytes, limits: limits))
  }
}
