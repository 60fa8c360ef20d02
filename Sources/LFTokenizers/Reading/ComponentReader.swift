import LFCore

/// Reads one part of a `tokenizer.json`, with the path to it for messages.
///
/// Every member has to be asked for: what is left over at the end is refused
/// by name, since it could change what the tokenizer does.
struct ComponentReader {
  let path: String
  private let object: JSONObject
  private var known: Set<TensorName> = ["type"]

  /// - Throws: `tokenizer.json` for what is no object.
  init(_ value: JSONValue, path: String) throws(LFError) {
    guard let object = value.objectValue else {
      throw Self.malformed(path, "an object", value.kindName)
    }
    self.object = object
    self.path = path
  }

  static func malformed(_ path: String, _ expected: String, _ found: String) -> LFError {
    .refused("tokenizer.json", at: .init(entry: path), expected: expected, found: found)
  }

  static func unknown(_ path: String, _ what: String) -> LFError {
    .unsupported("tokenizer.unknown-part", at: .init(entry: path), what)
  }

  /// The value of `type`.
  func type() throws(LFError) -> String {
    guard let text = object["type"]?.stringValue else {
      throw Self.malformed(
        path + ".type", "the name of a type", object["type"]?.kindName ?? "nothing")
    }
    return text
  }

  /// A member; nil when it is not there or null.
  mutating func optional(_ key: String) -> JSONValue? {
    known.insert(TensorName(key))
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  mutating func value(_ key: String) throws(LFError) -> JSONValue {
    guard let value = optional(key) else {
      throw Self.malformed(path + "." + key, "a value", "nothing")
    }
    return value
  }

  mutating func string(_ key: String, default text: String? = nil) throws(LFError) -> String {
    if let text, optional(key) == nil { return text }
    let value = try value(key)
    guard let text = value.stringValue else {
      throw Self.malformed(path + "." + key, "a string", value.kindName)
    }
    return text
  }

  mutating func bool(_ key: String, default preset: Bool? = nil) throws(LFError) -> Bool {
    if let preset, optional(key) == nil { return preset }
    let value = try value(key)
    guard let result = value.boolValue else {
      throw Self.malformed(path + "." + key, "true or false", value.kindName)
    }
    return result
  }

  mutating func optionalBool(_ key: String) throws(LFError) -> Bool? {
    optional(key) == nil ? nil : try bool(key)
  }

  /// A whole number from 0 to 2³² − 1.
  mutating func count(_ key: String, default preset: Int? = nil) throws(LFError) -> Int {
    if let preset, optional(key) == nil { return preset }
    let value = try value(key)
    guard let result = value.intValue, result >= 0, result <= UInt32.max else {
      throw Self.malformed(path + "." + key, "a whole number from 0 on", value.kindName)
    }
    return result
  }

  mutating func array(_ key: String) throws(LFError) -> [JSONValue] {
    let value = try value(key)
    guard let items = value.arrayValue else {
      throw Self.malformed(path + "." + key, "an array", value.kindName)
    }
    return items
  }

  /// Deepest nesting of sequences.
  private static let sequenceDepth = 8

  /// The parts of a sequence, none of which may be null.
  ///
  /// - Parameters:
  ///   - depth: of this sequence in others.
  ///   - read: takes a part, its path and its depth.
  mutating func sequence<Part>(
    _ key: String, depth: Int, _ read: (JSONValue, String, Int) throws(LFError) -> Part?
  ) throws(LFError) -> [Part] {
    guard depth < Self.sequenceDepth else {
      throw Self.unknown(path, "sequences are nested too deeply")
    }
    var parts: [Part] = []
    for (index, part) in try array(key).enumerated() {
      let place = path + ".\(key)[\(index)]"
      guard let part = try read(part, place, depth + 1) else {
        throw Self.malformed(place, "an object", "null")
      }
      parts.append(part)
    }
    return parts
  }

  /// One of the names that an enumeration has.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default preset: Choice? = nil
  ) throws(LFError) -> Choice where Choice.RawValue == String {
    if let preset, optional(key) == nil { return preset }
    let text = try string(key)
    guard let result = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.unknown(
        path + "." + key, "expected one of \(names), found \"\(printable(text, limit: 60))\"")
    }
    return result
  }

  /// Takes a member that has no effect on ids, whatever it is.
  mutating func ignore(_ key: String) { known.insert(TensorName(key)) }

  /// Demands that every member was asked for.
  func finish() throws(LFError) {
    for member in object.members where !known.contains(TensorName(member.key)) {
      throw Self.unknown(
        path + "." + printable(member.key, limit: 80), "this member is not known")
    }
  }
}
