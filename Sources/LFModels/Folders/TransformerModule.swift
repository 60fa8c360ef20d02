import LFCore
import LFFiles

/// The transformer of a sentence-transformers folder that keeps it in a folder
/// of its own, as old releases did (`0_Transformer/`).
struct TransformerModule {
  /// Where it is, with a slash at the end.
  let prefix: String
  /// `modules.json` for a folder in which it lies at the top.
  let modules: CarriedFile

  /// Looks for the module in `modules.json`; nil when there is none below.
  init?(_ folder: ContainedFolder, limits: Limits) throws(LFError) {
    guard !folder.contains("config.json"), folder.contains("modules.json") else { return nil }
    let file = try folder.open("modules.json")
    let value: JSONValue
    do throws(LFError) {
      value = try JSONParser.parse(try file.contents(limit: limits.jsonBytes), limits: limits)
    } catch {
      throw error.located(file: file.path)
    }
    guard var items = value.arrayValue,
      let place = items.firstIndex(where: {
        $0.objectValue?["type"]?.stringValue?.hasSuffix(".Transformer") == true
      }),
      var module = items[place].objectValue, let path = module["path"]?.stringValue,
      !path.isEmpty
    else { return nil }
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
      folder.contains(path + "/config.json")
    else {
      throw .refused(
        "checkpoint.modules", at: .init(file: file.path),
        expected: "a folder beside it with the transformer",
        found: "\"\(printable(path, limit: 80))\"")
    }
    prefix = path + "/"
    module["path"] = ""
    items[place] = .object(module)
    modules = CarriedFile(name: "modules.json", bytes: Array(JSONValue.array(items).pretty.utf8))
  }
}
