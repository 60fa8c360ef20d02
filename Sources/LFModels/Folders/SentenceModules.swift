import LFCore
import LFFiles

/// The modules that a sentence-transformers folder lists in `modules.json`:
/// what is done with the transformer's states.
struct SentenceModules {
  /// A module beside the transformer.
  struct Module {
    /// Its folder.
    let path: String
    /// The last part of its class, as in "Dense".
    let type: String
  }

  /// `modules.json` itself.
  let file: InputFile
  let json: [JSONValue]
  /// Those in folders of their own.
  let others: [Module]

  /// Reads the list; nil when the folder has none.
  ///
  /// - Throws: `json.*`, and `checkpoint.modules` for paths that lead elsewhere.
  init?(_ folder: ContainedFolder, limits: Limits) throws(LFError) {
    guard folder.contains("modules.json") else { return nil }
    file = try folder.open("modules.json")
    let value: JSONValue
    do throws(LFError) {
      value = try JSONParser.parse(try file.contents(limit: limits.jsonBytes), limits: limits)
    } catch {
      throw error.located(file: file.path)
    }
    guard let items = value.arrayValue else { return nil }
    json = items
    var others: [Module] = []
    for item in items {
      guard let fields = item.objectValue, let type = fields["type"]?.stringValue,
        let path = fields["path"]?.stringValue, !path.isEmpty, !Self.isTransformer(item)
      else { continue }
      guard Self.isPlain(path) else { throw Self.refused(file, path) }
      others.append(
        Module(path: path, type: type.split(separator: ".").last.map(String.init) ?? type))
    }
    self.others = others
  }

  /// Whether an entry of the list is the transformer.
  static func isTransformer(_ item: JSONValue) -> Bool {
    item.objectValue?["type"]?.stringValue?.hasSuffix("Transformer") == true
  }

  /// Whether a module's path stays in the folder.
  static func isPlain(_ path: String) -> Bool {
    !path.split(separator: "/", omittingEmptySubsequences: false)
      .contains { $0.isEmpty || $0 == "." || $0 == ".." }
  }

  static func refused(_ file: InputFile, _ path: String) -> LFError {
    .refused(
      "checkpoint.modules", at: .init(file: file.path),
      expected: "a folder beside it with the module",
      found: "\"\(printable(path, limit: 80))\"")
  }

  /// Names of the modules' files that are there.
  func files(in folder: ContainedFolder) -> [String] {
    others.flatMap { module in
      CarriedNames.ofModules.map { module.path + "/" + $0 }.filter { folder.contains($0) }
    }
  }

  /// A remark for each module that changes what the transformer gives.
  func notes(in folder: ContainedFolder) -> [String] {
    let isKnown: Set<String> = ["Pooling", "Normalize"]
    let lost = others.flatMap { module in
      CarriedNames.ofModules.map { module.path + "/" + $0 }
        .filter { folder.leadsNowhere($0) && !CarriedNames.all.contains($0) }
    }
    return lost.map { LostLink.note($0) }
      + others.filter { !isKnown.contains($0.type) }.map { module in
        let isCarried = CarriedNames.ofModules.contains { folder.contains(module.path + "/" + $0) }
        return
          "the module \(printable(module.path, limit: 80)) (\(printable(module.type, limit: 80))) "
          + (isCarried
            ? "is carried along; nothing here computes it"
            : "has no file that is known: it is left out")
      }
  }
}
