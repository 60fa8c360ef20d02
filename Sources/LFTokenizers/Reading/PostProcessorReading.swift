import LFCore

extension PostProcessor {
  /// Reads a `post_processor`; nil for null.
  static func read(
    _ value: JSONValue, path: String, depth: Int = 0
  ) throws(LFError) -> PostProcessor? {
    if value == .null { return nil }
    var reader = try ComponentReader(value, path: path)
    let type = try reader.type()
    let result: PostProcessor
    switch type {
    case "RobertaProcessing":
      result = .roberta(
        separator: try special(&reader, "sep"), start: try special(&reader, "cls"),
        trimsOffsets: try reader.bool("trim_offsets"),
        addsPrefixSpace: try reader.bool("add_prefix_space"))
    case "BertProcessing":
      result = .bert(separator: try special(&reader, "sep"), start: try special(&reader, "cls"))
    case "ByteLevel":
      result = .byteLevel(
        trimsOffsets: try reader.bool("trim_offsets"),
        addsPrefixSpace: try reader.bool("add_prefix_space"))
      reader.ignore("use_regex")
    case "TemplateProcessing":
      let tokens = try templateTokens(&reader)
      result = .template(
        single: try parts(&reader, "single", tokens), pair: try parts(&reader, "pair", tokens))
    case "Sequence":
      result = .sequence(
        try reader.sequence("processors", depth: depth) { (part, path, depth) throws(LFError) in
          try read(part, path: path, depth: depth)
        })
    default:
      throw ComponentReader.unknown(
        path + ".type", "the post-processor \"\(printable(type, limit: 60))\" is not known")
    }
    try reader.finish()
    return result
  }

  /// Reads `["</s>", 2]`.
  private static func special(
    _ reader: inout ComponentReader, _ key: String
  ) throws(LFError) -> Special {
    let items = try reader.array(key)
    guard items.count == 2, let text = items[0].stringValue, let id = tokenID(items[1]) else {
      throw ComponentReader.malformed(
        reader.path + "." + key, "a token and its id", "an array of \(items.count)")
    }
    return Special(text: text, id: id)
  }

  private static func tokenID(_ value: JSONValue) -> Int? {
    value.intValue.flatMap { $0 >= 0 && $0 <= UInt32.max ? $0 : nil }
  }

  /// Reads `special_tokens`: for each name the tokens that it stands for.
  private static func templateTokens(
    _ reader: inout ComponentReader
  ) throws(LFError) -> [TensorName: [Special]] {
    let path = reader.path + ".special_tokens"
    let value = try reader.value("special_tokens")
    guard let object = value.objectValue else {
      throw ComponentReader.malformed(path, "an object", value.kindName)
    }
    var result: [TensorName: [Special]] = [:]
    for member in object.members {
      let place = path + "." + printable(member.key, limit: 60)
      var inner = try ComponentReader(member.value, path: place)
      let ids = try inner.array("ids").map { tokenID($0) }
      let texts = try inner.array("tokens").map(\.stringValue)
      inner.ignore("id")
      try inner.finish()
      guard ids.count == texts.count else {
        throw ComponentReader.malformed(
          place, "as many ids as tokens", "\(ids.count) and \(texts.count)")
      }
      result[TensorName(member.key)] = try zip(ids, texts).map { (id, text) throws(LFError) in
        guard let id, let text else {
          throw ComponentReader.malformed(place, "ids and tokens", "something else")
        }
        return Special(text: text, id: id)
      }
    }
    return result
  }

  /// Reads `single` or `pair`.
  private static func parts(
    _ reader: inout ComponentReader, _ key: String, _ tokens: [TensorName: [Special]]
  ) throws(LFError) -> [Part] {
    var result: [Part] = []
    for (index, item) in try reader.array(key).enumerated() {
      let path = reader.path + ".\(key)[\(index)]"
      guard let object = item.objectValue, object.members.count == 1,
        let member = object.members.first
      else { throw ComponentReader.malformed(path, "Sequence or SpecialToken", item.kindName) }
      var inner = try ComponentReader(member.value, path: path + "." + member.key)
      let id = try inner.string("id")
      let typeID = try inner.count("type_id")
      try inner.finish()
      switch member.key {
      case "Sequence":
        guard id == "A" || id == "B" else {
          throw ComponentReader.malformed(inner.path + ".id", "A or B", id)
        }
        result.append(.text(isSecond: id == "B", typeID: typeID))
      case "SpecialToken":
        guard let specials = tokens[TensorName(id)] else {
          throw ComponentReader.malformed(
            inner.path + ".id", "a name of special_tokens", "\"\(printable(id, limit: 60))\"")
        }
        result.append(.special(specials, typeID: typeID))
      default:
        throw ComponentReader.unknown(
          path, "the part \"\(printable(member.key, limit: 60))\" is not known")
      }
    }
    return result
  }
}
