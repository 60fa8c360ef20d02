import LFCore
import LFFamilies

/// Reads the fields of a `case.json`, each with its own message.
struct GoldenFields {
  let json: JSONObject
  let path: String

  /// A misspelt field would otherwise loosen a check without anyone noticing.
  func refuseUnknown(_ known: Set<String>) throws(LFError) {
    for member in json.members where !known.contains(member.key) {
      throw .refused(
        "golden.case", at: .init(file: path, entry: printable(member.key, limit: 80)),
        expected: "one of \(known.sorted().joined(separator: ", "))", found: "another field")
    }
  }

  func optionalText(_ key: String) throws(LFError) -> String? {
    guard let value = json[key], value != .null else { return nil }
    guard let text = value.stringValue, !text.isEmpty, !text.utf8.contains(0) else {
      throw error(key, "text", value)
    }
    return text
  }

  func text(_ key: String) throws(LFError) -> String {
    guard let text = try optionalText(key) else { throw error(key, "text", nil) }
    return text
  }

  func flag(_ key: String) throws(LFError) -> Bool? {
    guard let value = json[key], value != .null else { return nil }
    guard let flag = value.boolValue else { throw error(key, "true or false", value) }
    return flag
  }

  func object(_ key: String) throws(LFError) -> JSONObject? {
    guard let value = json[key], value != .null else { return nil }
    guard let object = value.objectValue else { throw error(key, "an object", value) }
    return object
  }

  /// `{"atol": …, "rtol": …}`; what is left out is taken from `base`.
  func tolerance(
    _ value: JSONValue?, _ key: String, base: Tolerance
  ) throws(LFError) -> Tolerance {
    guard let value, value != .null else { return base }
    guard let object = value.objectValue else { throw error(key, "an object", value) }
    var numbers = ["atol": base.absolute, "rtol": base.relative]
    for member in object.members where member.key != "outputs" {
      guard numbers[member.key] != nil else {
        throw error("\(key).\(member.key)", "atol or rtol", member.value)
      }
      guard let number = member.value.doubleValue, number.isFinite, number >= 0 else {
        throw error("\(key).\(member.key)", "a number of 0 or more", member.value)
      }
      numbers[member.key] = number
    }
    return Tolerance(
      absolute: numbers["atol"] ?? base.absolute, relative: numbers["rtol"] ?? base.relative)
  }

  /// `{"logits": "…"}`, digests of outputs.
  func bits(_ key: String) throws(LFError) -> [String: OutputBits] {
    var result: [String: OutputBits] = [:]
    for member in try object(key)?.members ?? [] {
      guard let bits = member.value.stringValue.flatMap(OutputBits.init) else {
        throw error(
          "\(key).\(member.key)", "\(OutputBits.digits) lowercase hexadecimal digits", member.value)
      }
      result[member.key] = bits
    }
    return result
  }

  func conversion(_ key: String) throws(LFError) -> LongformerOptions? {
    guard let object = try object(key) else { return nil }
    var options = LongformerOptions()
    for member in object.members {
      switch member.key {
      case "attention_window":
        let items = member.value.arrayValue ?? [member.value]
        let windows = items.compactMap(\.intValue)
        guard windows.count == items.count, !windows.isEmpty else {
          throw error("\(key).attention_window", "a number or a list of numbers", member.value)
        }
        options.attentionWindow = windows
      case "max_positions":
        guard let positions = member.value.intValue else {
          throw error("\(key).max_positions", "a whole number", member.value)
        }
        options.maxPositions = positions
      case "attention_dilation":
        options.attentionDilation = member.value == .null ? nil : member.value
      default: throw error("\(key).\(member.key)", "a known option", member.value)
      }
    }
    return options
  }

  func error(_ key: String, _ expected: String, _ found: JSONValue?) -> LFError {
    .refused(
      "golden.case", at: .init(file: path, entry: printable(key, limit: 80)), expected: expected,
      found: found?.kindName ?? "nothing")
  }
}
