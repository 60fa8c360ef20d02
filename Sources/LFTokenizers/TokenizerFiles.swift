public import LFCore

/// The files of a model from which a tokenizer is made.
///
/// `tokenizer.json` goes before the others. Those are read as Hugging Face's
/// classes read them: `vocab.json` with `merges.txt` (RoBERTa), `vocab.txt`
/// (BERT), `sentencepiece.bpe.model` and its kin (XLM-R, CamemBERT), and
/// fairseq's `dict.txt` where every token is a single character.
public struct TokenizerFiles: Sendable {
  private let files: [CarriedFile]
  private let modelType: String?
  private let limits: Limits

  /// - Parameter modelType: `model_type` of the configuration. CamemBERT's
  ///   vocabulary begins otherwise than XLM-R's.
  public init(_ files: [CarriedFile], modelType: String? = nil, limits: Limits = .standard) {
    self.files = files
    self.modelType = modelType
    self.limits = limits
  }

  private static let sentencePieceNames = [
    "sentencepiece.bpe.model", "spiece.model", "sentencepiece.model", "spm.model",
    "tokenizer.model",
  ]

  /// Makes the tokenizer.
  ///
  /// - Throws: `tokenizer.none` when no file describes one; `tokenizer.*` and
  ///   `json.*` with the file and the place that is wrong.
  public func tokenizer() throws(LFError) -> Tokenizer {
    for name in ["tokenizer.json", "vocab.json", "vocab.txt"] + Self.sentencePieceNames
      + ["dict.txt"]
    {
      guard let file = file(name) else { continue }
      do throws(LFError) {
        return Tokenizer(try pipeline(name, try contents(file)))
      } catch {
        throw error.located(file: name)
      }
    }
    throw .unsupported(
      "tokenizer.none", "the model has no tokenizer that is known",
      hint:
        "put tokenizer.json, vocab.json with merges.txt, vocab.txt, or sentencepiece.bpe.model beside the weights"
    )
  }

  private func pipeline(_ name: String, _ bytes: [UInt8]) throws(LFError) -> Pipeline {
    switch name {
    case "tokenizer.json": try TokenizerJSON.read(bytes, limits: limits)
    case "vocab.json": try RobertaFiles.read(self, bytes)
    case "vocab.txt": try BertFiles.read(self, bytes)
    case "dict.txt": try CharacterDictionary.read(bytes)
    default: try XLMRobertaFiles.read(self, bytes, isCamembert: modelType == "camembert")
    }
  }

  func file(_ name: String) -> CarriedFile? { files.first { $0.name == name } }

  /// The bytes of a file that must be there.
  func contents(_ name: String) throws(LFError) -> [UInt8] {
    guard let file = file(name) else {
      throw .refused(
        "tokenizer.file", at: .init(file: name), expected: "the file beside the vocabulary",
        found: "none")
    }
    return try contents(file)
  }

  private func contents(_ file: CarriedFile) throws(LFError) -> [UInt8] {
    guard file.byteCount <= limits.jsonBytes else {
      throw .refused(
        "tokenizer.size", at: .init(file: file.name),
        expected: "at most \(limits.jsonBytes) bytes", found: "\(file.byteCount)")
    }
    return try file.contents()
  }

  /// A file of settings; nil when it is not there.
  func object(_ name: String) throws(LFError) -> JSONObject? {
    guard let file = file(name) else { return nil }
    let value = try JSONParser.parse(try contents(file), at: .init(file: name), limits: limits)
    guard let object = value.objectValue else {
      throw .refused(
        "tokenizer.config", at: .init(file: name), expected: "an object", found: value.kindName)
    }
    return object
  }
}

extension Tokenizer {
  /// The tokenizer of a `tokenizer.json`.
  ///
  /// - Throws: `json.*` and `tokenizer.*`, with the path to what is wrong.
  public init(json bytes: [UInt8], limits: Limits = .standard) throws(LFError) {
    self.init(try TokenizerJSON.read(bytes, limits: limits))
  }
}
