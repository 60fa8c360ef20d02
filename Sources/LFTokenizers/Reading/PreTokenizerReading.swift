import LFCore

extension PreTokenizer {
  /// Reads a `pre_tokenizer`; nil for null.
  static func read(
    _ value: JSONValue, path: String, depth: Int = 0
  ) throws(LFError) -> PreTokenizer? {
    if value == .null { return nil }
    var reader = try ComponentReader(value, path: path)
    let type = try reader.type()
    let result: PreTokenizer
    switch type {
    case "BertPreTokenizer": result = .bert
    case "Whitespace": result = .whitespace
    case "WhitespaceSplit": result = .whitespaceSplit
    case "ByteLevel":
      result = .byteLevel(
        addsPrefixSpace: try reader.bool("add_prefix_space"),
        usesExpression: try reader.bool("use_regex", default: true))
      reader.ignore("trim_offsets")
    case "Metaspace": result = .metaspace(try Metaspace.read(&reader))
    case "Punctuation":
      result = .punctuation(try reader.choice("behavior", default: SplitBehavior.isolated))
    case "Digits": result = .digits(individual: try reader.bool("individual_digits"))
    case "FixedLength":
      let length = try reader.count("length", default: 5)
      guard length > 0 else {
        throw ComponentReader.malformed(path + ".length", "1 or more", "0")
      }
      result = .fixedLength(length)
    case "Split":
      result = .split(
        try TextPattern.read(try reader.value("pattern"), path: path + ".pattern"),
        try reader.choice("behavior"), inverts: try reader.bool("invert"))
    case "Sequence":
      result = .sequence(
        try reader.sequence("pretokenizers", depth: depth) { (part, path, depth) throws(LFError) in
          try read(part, path: path, depth: depth)
        })
    default:
      throw ComponentReader.unknown(
        path + ".type", "the pre-tokenizer \"\(printable(type, limit: 60))\" is not known")
    }
    try reader.finish()
    return result
  }
}

extension Metaspace {
  fileprivate static func read(_ reader: inout ComponentReader) throws(LFError) -> Metaspace {
    let text = try reader.string("replacement")
    guard text.unicodeScalars.count == 1 else {
      throw ComponentReader.malformed(
        reader.path + ".replacement", "one character", "\(text.unicodeScalars.count)")
    }
    var scheme = try reader.choice("prepend_scheme", default: PrependScheme.always)
    let isStated = reader.optional("prepend_scheme") != nil
    if try reader.optionalBool("add_prefix_space") == false {
      guard !isStated || scheme == .never else {
        throw ComponentReader.malformed(
          reader.path + ".prepend_scheme", "never, as add_prefix_space says", scheme.rawValue)
      }
      scheme = .never
    }
    reader.ignore("str_rep")
    return Metaspace(
      replacement: Array(text.utf8), scheme: scheme,
      splits: try reader.bool("split", default: true))
  }
}
