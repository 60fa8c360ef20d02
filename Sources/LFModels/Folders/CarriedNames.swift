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

  /// Files of the weights' kinds that hold no model.
  static let notWeights: Set<String> = [
    "training_args.bin", "optimizer.bin", "optimizer.pt", "scheduler.bin", "scheduler.pt",
    "scaler.pt", "rng_state.pth", "random_states_0.pkl", "adapter_model.bin",
    "adapter_model.safetensors",
  ]
}
