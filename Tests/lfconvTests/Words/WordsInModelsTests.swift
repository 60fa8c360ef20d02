import Foundation
import TestSupport
import Testing

/// Words of a model's files are data wherever a command shows them.
@Suite("Words of models")
struct WordsInModelsTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private static let small = Repository.golden("roberta-masked-lm-three-windows") + "/source"
  private static let small2 = Repository.golden("token-classification") + "/source"

  /// Text and JSON of every command that only reads a model.
  private func everyCommand(_ model: String, shows: Bool = true) throws {
    for command in [
      ["inspect", model, "--tensors"], ["check", model],
      ["convert", model, "-o", scratch("o.lfz")],
      ["roberta-to-longformer", model, "-o", scratch("o2")], ["diff", model, Self.small],
      ["bench", model, "--length", "4", "--repeats", "1"], ["draw", model, "-o", scratch("o.svg")],
      ["tokenize", model, "--text", "/dev/null"],
      ["golden", "record", model, "--length", "4", "-o", scratch("o3")],
      ["evaluate", model, "--text", "/dev/null"],
      ["compare-attention", model, "--text", "/dev/null"],
    ] {
      for extra in [[], ["--json"]] {
        // Some of them say nothing of the model.
        try NastyWords.expectData(command + extra + ["--force"], shows: false)
      }
    }
    if shows { try NastyWords.expectData(["inspect", model, "--tensors"]) }
  }

  @Test("A path", arguments: NastyWords.all)
  func path(word: String) throws {
    let model = try scratch.copy(Self.small, as: word.replacing("/", with: "-"))
    try everyCommand(model)
    // As an output, too, which the container's provenance and messages name.
    let output = scratch("o" + word.replacing("/", with: "-") + ".lfz")
    try NastyWords.expectData(["convert", model, "-o", output])
    try NastyWords.expectData(["convert", model, "-o", output])
    try NastyWords.expectData(["inspect", output])
    try NastyWords.expectData(["draw", model, "-o", output + ".svg"])
    let svg = try String(contentsOfFile: output + ".svg", encoding: .utf8)
    #expect(NastyWords.problems(svg).isEmpty && svg.contains("gotcha"))
    #expect(try XMLElements(output + ".svg").problem == nil)
    try NastyWords.expectData(["inspect", scratch("no" + word)])
  }

  @Test("A tensor's name", arguments: NastyWords.all)
  func tensor(word: String) throws {
    let name = NastyWords.json(word)
    let header = "{\(name):{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
    try scratch.write("model/model.safetensors", safetensors(header, data: 4))
    try FileManager.default.copyItem(
      atPath: Self.small + "/config.json", toPath: scratch("model/config.json"))
    try everyCommand(scratch("model"))
    let listed = try NastyWords.expectData(["inspect", scratch("model"), "--tensors", "--json"])
    let tensors = try #require(listed.json["tensor_list"] as? [[String: Any]])
    #expect(tensors.map { $0["name"] as? String } == [word])
    let compared = try NastyWords.expectData(["diff", scratch("model"), Self.small, "--json"])
    #expect(compared.json["only_in_a"] as? [String] == [word])
    // A file that is broken in this tensor.
    try scratch.write(
      "broken.safetensors", safetensors(header.replacing("[0,4]", with: "[0,8]"), data: 4))
    try NastyWords.expectData(["inspect", scratch("broken.safetensors")])
    try NastyWords.expectData(["inspect", scratch("broken.safetensors"), "--json"])
  }

  @Test("A value or a name of the configuration", arguments: NastyWords.all)
  func configuration(word: String) throws {
    let text = try String(contentsOfFile: Self.small2 + "/config.json", encoding: .utf8)
    let fields = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    for (key, value) in [
      ("model_type", word as Any), ("architectures", [word]), ("hidden_act", word),
      ("position_embedding_type", word), ("torch_dtype", word), (word, word),
      ("id2label", ["0": word, word: "1"]), ("attention_window", word),
      ("attention_mode", word), ("label2id", [word: word]),
    ] {
      var changed = fields
      changed[key] = value
      let folder = scratch(UUID().uuidString)
      try FileManager.default.copyItem(atPath: Self.small2, toPath: folder)
      try JSONSerialization.data(withJSONObject: changed)
        .write(to: URL(fileURLWithPath: folder + "/config.json"))
      for command in [
        ["inspect", folder, "--json"], ["convert", folder, "-o", scratch("c"), "--force"],
      ] { try NastyWords.expectData(command, shows: false, "\(key)") }
      if ["model_type", "architectures", "hidden_act"].contains(key) {
        try NastyWords.expectData(["inspect", folder], "\(key)")
      }
    }
    // A key that comes twice, which the parser quotes.
    let name = NastyWords.json(word)
    try scratch.write("twice/config.json", "{\(name): 1, \(name): 2}")
    try FileManager.default.copyItem(
      atPath: Self.small + "/model.safetensors", toPath: scratch("twice/model.safetensors"))
    try NastyWords.expectData(["inspect", scratch("twice")])
  }

  @Test("A class, a key and a storage of a pickle", arguments: NastyWords.all)
  func pickle(word: String) throws {
    typealias P = HandMadePickle
    let tensor = P.tensor("0", count: 1, shape: [1], strides: [1])
    let lines = word.replacing("\n", with: " ")  // a class ends at a line feed here
    let named: P.Code =
      P.text(word) + P.text("x") + [0x93, 0x29, 0x81]  // STACK_GLOBAL, then an object of it
    for (place, value) in [
      ("class", P.dictionary(("a", tensor), ("b", P.object(lines, "x", P.none)))),
      ("class of protocol 4", P.dictionary(("a", tensor), ("b", named))),
      ("key", P.dictionary((word, tensor), ("b", P.text("x")))),
      ("storage", P.dictionary(("a", P.tensor(word, count: 1, shape: [1], strides: [1])))),
      (
        "several",
        P.dictionary((word, P.dictionary(("a", tensor))), ("b", P.dictionary(("c", tensor))))
      ),
    ] {
      let file = try scratch.write(
        "p.bin", P.legacy(value, storages: [(key: "0", values: [1])]))
      for command in [
        ["inspect", file, "--tensors"], ["inspect", file, "--json"],
        ["convert", file, "-o", scratch("p"), "--force"],
      ] {
        let shows = command.last == "--tensors" && ["key", "several"].contains(place)
        try NastyWords.expectData(command, shows: shows, place)
      }
    }
    try NastyWords.expectData(["inspect", Self.small, "--key", word])
  }

  @Test("Names in an index, modules and a dictionary", arguments: NastyWords.all)
  func names(word: String) throws {
    let name = NastyWords.json(word)
    try scratch.write(
      "i/model.safetensors.index.json", "{\"metadata\":{},\"weight_map\":{\"a\":\(name)}}")
    try NastyWords.expectData(["inspect", scratch("i")])
    try NastyWords.expectData(["inspect", scratch("i"), "--json"])
    for module in [("../" + word, "a.b.Dense"), (word, "a." + word), ("2_Dense", word)] {
      let folder = scratch(UUID().uuidString)
      try FileManager.default.copyItem(atPath: Self.small, toPath: folder)
      let list =
        "[{\"idx\":0,\"name\":\"0\",\"path\":\"\",\"type\":\"a.Transformer\"},"
        + "{\"idx\":1,\"name\":\(name),\"path\":\(NastyWords.json(module.0)),"
        + "\"type\":\(NastyWords.json(module.1))}]"
      try Data(list.utf8).write(to: URL(fileURLWithPath: folder + "/modules.json"))
      try NastyWords.expectData(["inspect", folder])
      try NastyWords.expectData(["convert", folder, "-o", scratch("m"), "--force", "--json"])
    }
    let line = word.replacing("\n", with: " ").replacing("\r", with: " ")
    for text in ["\(line) 1\n\(line) 1\n", "\(line)\n", "\(line) x\n"] {
      try scratch.write("f/dict.txt", text)
      let model = Repository.golden("fairseq-legacy-pickle") + "/source/model.pt"
      _ = try? scratch.copy(model, as: "f/model.pt")
      for command in [
        ["inspect"], ["tokenize", "--text", "/dev/null"], ["convert", "-o", scratch("d")],
      ] {
        try NastyWords.expectData(
          [command[0], scratch("f")] + command.dropFirst() + ["--force"], shows: false)
      }
    }
  }

  @Test("Tokens, and parts of a tokenizer", arguments: NastyWords.all)
  func tokens(word: String) throws {
    let folder = try scratch.copy(Self.small, as: "t")
    // The text itself, made of the vocabulary's pieces.
    try scratch.write("text", word.replacing("\n", with: " ") + "\n")
    for extra in [[], ["--json"]] {
      try NastyWords.expectData(
        ["tokenize", folder, "--text", scratch("text")] + extra, shows: false)
    }
    let path = folder + "/tokenizer.json"
    let original = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        as? [String: Any])
    var added = try #require(original["added_tokens"] as? [[String: Any]])
    var token = try #require(added.last)
    token["content"] = word
    added.append(token)
    for (key, value) in [
      ("added_tokens", added as Any), (word, 1), ("model", ["type": word]),
      ("normalizer", ["type": word]), ("decoder", ["type": word]),
      ("pre_tokenizer", ["type": "ByteLevel", word: 1] as [String: Any]),
      ("post_processor", ["type": word]),
    ] {
      var changed = original
      changed[key] = value
      try JSONSerialization.data(withJSONObject: changed).write(to: URL(fileURLWithPath: path))
      for extra in [[], ["--json"]] {
        try NastyWords.expectData(
          ["tokenize", folder, "--text", scratch("text")] + extra,
          shows: !["added_tokens", "model", "pre_tokenizer"].contains(key), key)
      }
    }
  }

  @Test("Arguments", arguments: NastyWords.all)
  func arguments(word: String) throws {
    for command in [
      [word], ["inspect", "--" + word], ["inspect", Self.small, word],
      ["bench", Self.small, "--length", word],
      ["bench", Self.small, "--length", "4", "--attention", word],
      ["draw", "--attention-window", word, "-o", scratch("a.svg")],
      ["convert", Self.small, "-o", scratch("x"), "--dtype", word],
      ["help", word],
    ] {
      for extra in [[], ["--json"]] where command[0] != "help" || extra.isEmpty {
        try NastyWords.expectData(command + extra, shows: false)
      }
    }
    try NastyWords.expectData(
      ["inspect", Self.small], shows: false, environment: ["LFCONV_CPU": word])
  }
}
