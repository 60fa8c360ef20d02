import LFCore
import LFFiles

/// The transformer of a sentence-transformers folder that keeps it in a folder
/// of its own, as old releases did (`0_Transformer/`).
struct TransformerModule {
  /// Where it is, with a slash at the end.
  let prefix: String
  /// `modules.json` for a folder in which it lies at the top.
  let modules: CarriedFile

  /// Looks for the module in the list; nil when there is none below.
  init?(_ folder: ContainedFolder, _ modules: SentenceModules?) throws(LFError) {
    guard let modules, !folder.contains("config.json"),
      let place = modules.json.firstIndex(where: SentenceModules.isTransformer),
      var module = modules.json[place].objectValue, let path = module["path"]?.stringValue,
      !path.isEmpty
    else { return nil }
    guard SentenceModules.isPlain(path), folder.contains(path + "/config.json") else {
      throw .refused(
        "checkpoint.modules", at: .init(file: modules.file.path),
        expected: "a folder beside it with the transformer",
        found: "\"\(printable(path, limit: 80))\"")
    }
    prefix = path + "/"
    module["path"] = ""
    var items = modules.json
    items[place] = .object(module)
    self.modules = CarriedFile(
      name: "modules.json", bytes: Array(JSONValue.array(items).pretty.utf8))
  }
}
