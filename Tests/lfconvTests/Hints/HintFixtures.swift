import Foundation
import LFCore
import TestSupport

/// What the commands of `HintRows` find: one folder for all of them, with models
/// and files that are wrong in one way each, and the right ones beside them.
enum HintFixtures {
  static let shared = Result { try make() }

  private typealias Tensor = HandMadeModel.Tensor
  private static let longformer = "longformer-masked-lm-own-global-projections"

  private static func make() throws -> Scratch {
    let scratch = try Scratch()
    try models(scratch)
    try containers(scratch)
    try fairseq(scratch)
    try pickles(scratch)
    try unnamed(scratch)
    try caches(scratch)
    try tokenizers(scratch)
    try others(scratch)
    try links(scratch)
    return scratch
  }

  /// What leads out of its folder, or nowhere.
  private static func links(_ scratch: Scratch) throws {
    let source = Repository.golden(longformer) + "/source"
    _ = try scratch.copy(Repository.golden(longformer), as: "outside")
    try FileManager.default.removeItem(atPath: scratch("outside/source"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch("outside/source"), withDestinationPath: source)
    _ = try scratch.copy(source, as: "lost")
    try FileManager.default.removeItem(atPath: scratch("lost/config.json"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch("lost/config.json"), withDestinationPath: "../blobs/none")
  }

  // MARK: Models

  private static func models(_ scratch: Scratch) throws {
    let source = Repository.golden(longformer) + "/source"
    _ = try scratch.copy(source, as: "model")
    let whole = try Data(contentsOf: URL(fileURLWithPath: source + "/model.safetensors"))
    try scratch.write("bare/model.safetensors", Array(whole))
    for (name, amount) in [("nan", Double.nan), ("large", 1e6)] {
      let folder = try scratch.copy(source, as: name)
      var file = try SafetensorsFile(folder + "/model.safetensors")
      let bias = file.tensors.first { $0.name.hasSuffix("layer.1.output.dense.bias") }
      if let bias { file.add(amount, to: bias, element: 2) }
      try file.save()
    }
    // A RoBERTa under the configuration of a Longformer, as broken converters write it.
    let roberta = Repository.golden("roberta-full-attention-row-fully-padded") + "/source"
    _ = try scratch.copy(roberta, as: "roberta")
    let broken = try scratch.copy(roberta, as: "contradictory")
    try edit(broken + "/config.json") {
      $0["model_type"] = "longformer"
      $0["architectures"] = ["LongformerForMaskedLM"]
      $0["attention_window"] = [4, 4]
    }
    _ = try HandMadeModel.RoBERTa(.with { $0.weights = 1e30 }).write(in: scratch, as: "overflow")
    // A BERT with a head that no stock class has, and one with a tensor in its encoder.
    let bert = Repository.root + "/Tests/Corpora/flavours/bert"
    for (name, extra) in [("heads", "cls.species.weight"), ("extra", "bert.encoder.extra.weight")] {
      let folder = try scratch.copy(bert, as: name)
      let tensors = try tensors(of: bert) + [Tensor(extra, [2], [1, 2])]
      try HandMadeModel.safetensors(tensors).write(
        to: URL(fileURLWithPath: folder + "/model.safetensors"))
    }
    // Its head takes the question's tokens for global ones.
    _ = try Program.run([
      "roberta-to-longformer", Repository.golden("question-answering-default-globals") + "/source",
      "-o", scratch("questions"), "--attention-window", "8", "--max-positions", "40",
    ])
    _ = try HandMadeModel.bert(width: 2, in: scratch)
    let vocabulary = try HandMadeModel.bert(width: 2, in: scratch, as: "vocabulary")
    let words = ["[PAD]"] + (1..<50).map { "word\($0)" } + ["[SEP]"]
    try Data(words.map { $0 + "\n" }.joined().utf8).write(
      to: URL(fileURLWithPath: vocabulary + "/vocab.txt"))
    _ = try HandMadeModel.bert(width: 1, positions: 24_000, in: scratch, as: "long")
    try scratch.write("several/a.safetensors", Array(whole))
    try scratch.write("several/b.safetensors", Array(whole))
  }

  private static func tensors(of folder: String) throws -> [Tensor] {
    let file = try SafetensorsFile(folder + "/model.safetensors")
    return file.tensors.map { Tensor($0.name, $0.type, $0.shape, Array(file.data[$0.range])) }
  }

  private static func edit(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
    let url = URL(fileURLWithPath: path)
    var json =
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    change(&json)
    try JSONSerialization.data(withJSONObject: json).write(to: url)
  }

  /// Configurations that do not say what the weights are.
  private static func unnamed(_ scratch: Scratch) throws {
    let unclear = try scratch.copy(
      Repository.golden("token-classification") + "/source", as: "unclear")
    try edit(unclear + "/config.json") { $0["architectures"] = nil }
    let unnamed = try HandMadeModel.bert(width: 2, in: scratch, as: "unnamed")
    try edit(unnamed + "/config.json") {
      $0["architectures"] = nil
      $0["model_type"] = nil
    }
  }

  /// Hugging Face's cache, and an adapter.
  private static func caches(_ scratch: Scratch) throws {
    for name in ["mine", "other"] {
      let model = "cache/models--me--\(name)"
      try scratch.write(model + "/refs/main", "abc")
      try FileManager.default.createDirectory(
        atPath: scratch(model + "/snapshots"), withIntermediateDirectories: true)
      _ = try scratch.copy(scratch("model"), as: model + "/snapshots/abc")
    }
    try scratch.write("empty-cache/models--me--mine/snapshots/.keep", "")
    let matrix = Tensor("base_model.model.query.lora_A.weight", [1, 2], [1, 2])
    try scratch.write(
      "adapter/adapter_model.safetensors", Array(HandMadeModel.safetensors([matrix])))
    try scratch.write("adapter/adapter_config.json", #"{"peft_type": "LORA"}"#)
  }

  // MARK: Tokenizers

  private static func tokenizers(_ scratch: Scratch) throws {
    let goldens = Repository.root + "/Tests/LFTokenizersTests/Goldens/"
    let bpe = ["vocab.json", "merges.txt"].map { ("files-roberta/" + $0, $0) }
    let json = [("roberta.json", "tokenizer.json")]
    func copy(_ source: String, as name: String, with files: [(from: String, to: String)]) throws {
      _ = try scratch.copy(source, as: name)
      for file in files { _ = try scratch.copy(goldens + file.from, as: name + "/" + file.to) }
    }
    for name in ["tokenizers", "words"] { try scratch.write(name + "/.keep", "") }
    for (name, files) in [
      ("json", json), ("merges", bpe), ("words", [("files-bert/vocab.txt", "vocab.txt")]),
      ("pieces", ["sentencepiece.bpe.model"].map { ("files-xlm-roberta/" + $0, $0) }),
      ("unigram", []), ("unigram-unknown", []),
    ] as [(String, [(String, String)])] {
      try copy(scratch("roberta"), as: "tokenizers/" + name, with: files)
    }
    for (name, unknown) in [("unigram", "null"), ("unigram-unknown", "0")] {
      try scratch.write(
        "tokenizers/\(name)/tokenizer.json",
        """
        {"version": "1.0", "added_tokens": [], "model": {"type": "Unigram", "unk_id": \(unknown),
         "vocab": [["<unk>", 0], ["a", -1]], "byte_fallback": false}}
        """)
    }
    // fairseq's dictionary of words, alone and with what says how text is cut.
    let fairseq = Repository.golden("fairseq-legacy-pickle") + "/source"
    for (name, files) in [("none", []), ("json", json), ("merges", bpe)] {
      try copy(fairseq, as: "words/" + name, with: files)
    }
    try scratch.file("text.txt", "a\n")
    try scratch.file("unknown.txt", "b\n")
  }

  // MARK: Containers

  private static func containers(_ scratch: Scratch) throws {
    _ = try Program.run(["convert", scratch("model"), "-o", scratch("model.lfz")])
    let whole = try Data(contentsOf: URL(fileURLWithPath: scratch("model.lfz")))
    for (name, place) in [("chunk", 64 + 1000), ("header", 20), ("index", whole.count - 1)] {
      var bytes = whole
      bytes[place] ^= 1
      try scratch.file("damaged-\(name).lfz", bytes)
    }
    try scratch.file("cut.lfz", whole.dropLast(9))
    try scratch.file("older.lfz", "an older file")
    try scratch.write("documents/notes.txt", "not to be deleted")
  }

  // MARK: fairseq

  /// The names that fairseq has for a RoBERTa's; those of layers by their ends.
  private static let names = [
    ("roberta.embeddings.word_embeddings", "encoder.sentence_encoder.embed_tokens"),
    ("roberta.embeddings.position_embeddings", "encoder.sentence_encoder.embed_positions"),
    ("roberta.embeddings.LayerNorm", "encoder.sentence_encoder.layernorm_embedding"),
    ("roberta.encoder.layer.", "encoder.sentence_encoder.layers."),
    ("attention.self.query", "self_attn.q_proj"), ("attention.self.key", "self_attn.k_proj"),
    ("attention.self.value", "self_attn.v_proj"),
    ("attention.output.dense", "self_attn.out_proj"),
    ("attention.output.LayerNorm", "self_attn_layer_norm"), ("intermediate.dense", "fc1"),
    (".output.dense", ".fc2"), (".output.LayerNorm", ".final_layer_norm"),
    ("lm_head.", "encoder.lm_head."),
  ]

  private static func fairseq(_ scratch: Scratch) throws {
    let golden = Repository.golden("roberta-full-attention-row-fully-padded") + "/source"
    var renamed = try tensors(of: golden).filter { !$0.name.contains("token_type") }
      .map { tensor in
        let name = names.reduce(tensor.name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        return Tensor(name, tensor.type, tensor.shape, tensor.bytes)
      }
    if let words = renamed.first(where: { $0.name.hasSuffix("embed_tokens.weight") }) {
      renamed.append(Tensor("encoder.lm_head.weight", words.type, words.shape, words.bytes))
    }
    try scratch.write("fairseq/model.safetensors", Array(HandMadeModel.safetensors(renamed)))
    let pickle = Repository.golden("fairseq-legacy-pickle") + "/source"
    _ = try scratch.copy(pickle, as: "other-dictionary")
    try scratch.file("other-dictionary/dict.txt", "a 3\nb 2\n")
  }

  // MARK: Pickles

  private static func pickles(_ scratch: Scratch) throws {
    let tensor = HandMadePickle.tensor("0", count: 4, shape: [2, 2], strides: [2, 1])
    let weights = HandMadePickle.dictionary(("w", tensor))
    let negated = HandMadePickle.tensor(
      "0", count: 4, shape: [2, 2], strides: [2, 1],
      more: HandMadePickle.dictionary(("neg", HandMadePickle.yes)))
    let objects: [(String, HandMadePickle.Code)] = [
      ("plain", weights),
      ("two", HandMadePickle.dictionary(("model", weights), ("state_dict", weights))),
      (
        "nested",
        HandMadePickle.dictionary(
          ("state_dict", HandMadePickle.dictionary(("w", tensor), ("ema", weights))))
      ),
      (
        "deep", HandMadePickle.dictionary(("run", HandMadePickle.dictionary(("net", weights))))
      ),
      (
        "float8",
        HandMadePickle.dictionary(
          (
            "w",
            HandMadePickle.tensor(
              "0", count: 4, shape: [2, 2], strides: [2, 1], function: "_rebuild_tensor_v3",
              more: HandMadePickle.global("torch", "float8_e4m3fn"))
          ))
      ),
      ("module", HandMadePickle.object("models", "Net", weights)),
      ("negated", HandMadePickle.dictionary(("w", negated))),
    ]
    for (name, object) in objects {
      let bytes = HandMadePickle.legacy(object, storages: [("0", [1, 2, 3, 4])])
      try scratch.write("pickles/\(name).pt", bytes)
    }
    try scratch.write(
      "pickles/script.pt",
      zip([
        ("a/data.pkl", HandMadePickle.pickle(weights)), ("a/constants.pkl", [0x80, 2, 0x4E, 0x2E]),
      ]))
  }

  /// An archive of stored members without checksums.
  private static func zip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    func append(_ numbers: [(Int, Int)], to bytes: inout [UInt8]) {
      for (number, size) in numbers {
        bytes += (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
    }
    for member in members {
      let start = file.count
      let (name, size) = (Array(member.name.utf8), member.bytes.count)
      let common = [(20, 2), (0, 2), (0, 2), (0, 2), (0, 2), (0, 4), (size, 4), (size, 4)]
      append([(0x0403_4B50, 4)] + common + [(name.count, 2), (0, 2)], to: &file)
      file += name + member.bytes
      append([(0x0201_4B50, 4), (20, 2)] + common + [(name.count, 2)], to: &directory)
      append([(0, 2), (0, 2), (0, 2), (0, 2), (0, 4), (start, 4)], to: &directory)
      directory += name
    }
    var end: [UInt8] = []
    let count = members.count
    append(
      [
        (0x0605_4B50, 4), (0, 2), (0, 2), (count, 2), (count, 2), (directory.count, 4),
        (file.count, 4), (0, 2),
      ], to: &end)
    return file + directory + end
  }

  // MARK: Others

  private static func others(_ scratch: Scratch) throws {
    let ids = Tensor("input_ids", [1, 4], integers: [5, 6, 7, 8])
    let mask = Tensor("global_attention_mask", [1, 4], integers: [1, 0, 0, 0])
    try scratch.file("ids.safetensors", HandMadeModel.safetensors([ids]))
    try scratch.file("mask.safetensors", HandMadeModel.safetensors([ids, mask]))
    let labels = Tensor("labels", [1, 4], integers: [-100, 9, -100, 8])
    try scratch.file("labelled.safetensors", HandMadeModel.safetensors([ids, labels]))
    let longer = Tensor("input_ids", [1, 24], integers: Array(5..<29))
    try scratch.file("longer.safetensors", HandMadeModel.safetensors([longer]))
    try scratch.write("tensorflow/tf_model.h5", "no checkpoint")
    let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    try scratch.write("weights.bin", hdf5 + Array(repeating: 0, count: 100))
  }
}
