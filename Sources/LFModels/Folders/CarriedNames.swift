/// Names of the files that belong to a model beside its weights.
enum CarriedNames {
  /// Tokenizers, vocabularies and settings of the Hugging Face, fairseq and
  /// sentence-transformers libraries. A list, because a model's folder may
  /// hold anything else, from training data to a user's keys.
  static let all: [String] = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "vocab.txt", "merges.txt", "bpe.codes", "sentencepiece.bpe.model",
    "sentencepiece.model", "spiece.model", "spm.model", "tokenizer.model", "spiece.vocab",
    "sentencepiece.bpe.vocab", "entity_vocab.json", "emoji_dictionary.json",
    "dict.txt", "encoder.json", "vocab.bpe",
    "generation_config.json", "chat_template.jinja", "chat_template.json",
    "preprocessor_config.json",
    "modules.json", "sentence_bert_config.json", "sentence_roberta_config.json",
    "sentence_xlm-roberta_config.json", "sentence_camembert_config.json",
    "config_sentence_transformers.json", "1_Pooling/config.json", "2_Normalize/config.json",
  ]

  /// Files of sentence-transformers' other modules, each in a folder of its own
  /// (`2_Dense/`).
  static let ofModules: [String] = [
    "config.json", "model.safetensors", "pytorch_model.bin", "cnn_config.json",
    "lstm_config.json", "wordembedding_config.json", "whitespacetokenizer_config.json",
  ]

  /// Adapters, which hold differences to a base model's weights.
  static let adapters = ["adapter_model.safetensors", "adapter_model.bin"]

  /// Files of the weights' kinds that hold no model: what trainers keep beside
  /// it, one for each process where there are several.
  private static let trainerState: Set<String> = [
    "training_args", "optimizer", "scheduler", "scaler", "sampler", "rng_state", "random_states",
  ]

  /// Whether a file of a weights' ending holds weights.
  static func isWeights(_ name: String) -> Bool {
    if adapters.contains(name) { return false }
    guard let dot = name.lastIndex(of: "."), !name.hasSuffix(".safetensors") else { return true }
    let digits = name[..<dot].reversed().prefix { $0.isASCII && $0.isNumber }.count
    var stem = name[..<dot].dropLast(digits)
    if digits > 0, stem.last == "_" { stem = stem.dropLast() }
    return !trainerState.contains(String(stem))
  }
}
