import LFCore

/// Reads fields of a configuration, each with its own message when it is wrong.
struct ConfigurationFields {
  let json: JSONObject
  let defaults: JSONObject
  let origin: String?

  /// The field, or the family's default; null counts as missing.
  func value(_ key: String) -> JSONValue? {
    if let value = json[key], value != .null { return value }
    return defaults[key]
  }

  /// A whole number within a range.
  func count(_ key: String, _ range: ClosedRange<Int>) throws(LFError) -> Int {
    guard let value = value(key), let number = value.intValue, range.contains(number) else {
      throw error(
        key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
        found: value(key)?.kindName ?? "nothing")
    }
    return number
  }

  /// The same for a field that may be left out.
  func optionalCount(_ key: String, _ range: ClosedRange<Int>) throws(LFError) -> Int? {
    value(key) == nil ? nil : try count(key, range)
  }

  /// A token's id as the vocabulary has it, where the field is missing.
  ///
  /// - Throws: `model.vocabulary` for a token without a row.
  func token(_ key: String, vocabulary: Int?, rows: Int) throws(LFError) -> Int? {
    guard let vocabulary, (json[key] ?? .null) == .null else { return nil }
    guard (0..<rows).contains(vocabulary) else {
      throw .refused(
        "model.vocabulary", at: location(key),
        expected: "a token below vocab_size \(rows)", found: "\(vocabulary) in the vocabulary",
        hint: "the tokenizer's files may belong to another model")
    }
    return vocabulary
  }

  /// A small positive number.
  func epsilon(_ key: String) throws(LFError) -> Double {
    guard let value = value(key), let number = value.doubleValue, number > 0, number < 1 else {
      throw error(
        key, expected: "a number between 0 and 1", found: value(key)?.kindName ?? "nothing")
    }
    return number
  }

  /// A known activation function.
  func activation(_ key: String) throws(LFError) -> Activation {
    guard let name = value(key)?.stringValue else {
      throw error(
        key, expected: "the name of an activation function",
        found: value(key)?.kindName ?? "nothing")
    }
    guard let activation = Activation(name: name) else {
      throw LFError.unsupported(
        "config.activation", at: location(key),
        "the activation function \"\(printable(name, limit: 60))\" is not supported; known are "
          + Activation.names.joined(separator: ", "))
    }
    return activation
  }

  /// Number of labels, from `num_labels` or the label map.
  func labelCount() throws(LFError) -> Int {
    if let labels = json["id2label"]?.objectValue { return max(1, labels.members.count) }
    guard json["num_labels"] != nil else { return 2 }
    return try count("num_labels", 1...(1 << 20))
  }

  /// Refuses variants whose tensors may look alike but compute otherwise.
  func refuseOtherArchitectures() throws(LFError) {
    if let kind = value("position_embedding_type")?.stringValue, kind != "absolute" {
      throw LFError.unsupported(
        "config.relative-positions", at: location("position_embedding_type"),
        "\(printable(kind, limit: 60)) position embeddings cannot be tiled; "
          + "only absolute ones are supported")
    }
    for key in ["is_decoder", "add_cross_attention"] where value(key)?.boolValue == true {
      throw LFError.unsupported(
        "config.decoder", at: location(key),
        "decoders are not supported; this tool converts encoders"
      )
    }
  }

  func error(_ key: String, expected: String, found: String) -> LFError {
    .refused("config.value", at: location(key), expected: expected, found: found)
  }

  func location(_ key: String) -> LFError.Location { .init(file: origin, entry: key) }
}
