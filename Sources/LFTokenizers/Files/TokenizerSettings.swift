import LFCore

/// What `tokenizer_config.json`, `special_tokens_map.json` and
/// `added_tokens.json` say beside a vocabulary.
struct TokenizerSettings {
  private let objects: [JSONObject]
  private let added: JSONObject?

  init(_ files: TokenizerFiles) throws(LFError) {
    var objects: [JSONObject] = []
    // The first that has something goes before the others.
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      if let object = try files.object(name) { objects.append(object) }
    }
    self.objects = objects
    added = try files.object("added_tokens.json")
  }

  /// A setting that is true or false.
  func bool(_ key: String) -> Bool? {
    objects.lazy.compactMap { $0[key]?.boolValue }.first
  }

  /// Which class of Hugging Face's the tokenizer belongs to.
  var className: String? {
    objects.lazy.compactMap { $0["tokenizer_class"]?.stringValue }.first
  }

  /// The text of the token that a role has.
  func token(_ role: String, usual: String) -> String { stated(role)?.text ?? usual }

  /// A token with its settings, when a file states it.
  private func stated(_ role: String) -> (text: String, object: JSONObject?)? {
    for object in objects {
      guard let value = object[role] else { continue }
      if let text = value.stringValue { return (text, nil) }
      if let text = value.objectValue?["content"]?.stringValue { return (text, value.objectValue) }
    }
    return nil
  }

  /// The added tokens: those that files list, then those of the roles.
  func addedTokens(_ roles: [(role: String, usual: String, stripsLeft: Bool)]) -> [AddedToken] {
    var result: [AddedToken] = []
    func add(_ token: AddedToken) {
      if !token.content.isEmpty, !result.contains(where: { $0.content == token.content }) {
        result.append(token)
      }
    }
    for object in objects {
      guard let decoder = object["added_tokens_decoder"]?.objectValue else { continue }
      let items = decoder.members.compactMap { member in
        Int(member.key).flatMap { id in member.value.objectValue.map { (id, $0) } }
      }
      for (_, item) in items.sorted(by: { $0.0 < $1.0 }) { add(AddedToken(item, isSpecial: false)) }
    }
    for (role, usual, stripsLeft) in roles {
      let stated = stated(role)
      var token: AddedToken
      if let object = stated?.object {
        token = AddedToken(object, isSpecial: true)
      } else {
        token = AddedToken(content: Array((stated?.text ?? usual).utf8), id: 0)
        token.stripsLeft = stripsLeft
      }
      token.isSpecial = true
      add(token)
    }
    let others = (added?.members ?? []).compactMap { member in
      member.value.intValue.map { (id: $0, text: member.key) }
    }
    for other in others.sorted(by: { $0.id < $1.id }) {
      var token = AddedToken(content: Array(other.text.utf8), id: 0)
      token.isNormalized = true
      add(token)
    }
    return result
  }
}

extension AddedToken {
  /// A token as files describe it.
  fileprivate init(_ object: JSONObject, isSpecial: Bool) {
    self.init(content: Array((object["content"]?.stringValue ?? "").utf8), id: 0)
    isSingleWord = object["single_word"]?.boolValue ?? false
    stripsLeft = object["lstrip"]?.boolValue ?? false
    stripsRight = object["rstrip"]?.boolValue ?? false
    self.isSpecial = object["special"]?.boolValue ?? isSpecial
    isNormalized = object["normalized"]?.boolValue ?? !self.isSpecial
  }
}

extension AddedTokens {
  /// Gives tokens their ids: the model's, or the next ones behind its vocabulary.
  static func numbered(_ tokens: [AddedToken], _ model: TokenModel) -> [AddedToken] {
    let vocabulary = model.vocabulary
    var next = UInt32(truncatingIfNeeded: model.tokenCount)
    return tokens.map { token in
      var token = token
      if let id = vocabulary.id(of: token.content) {
        token.id = id
      } else {
        token.id = next
        next += 1
      }
      return token
    }
  }
}
