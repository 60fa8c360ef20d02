import LFCheckpoints
import LFCore

/// The settings that fairseq stores beside a model's weights.
struct FairseqSettings {
  /// The settings; those of the model are at the top level.
  let configuration: JSONObject
  /// The key they were under: `args` of old files, `cfg` of newer ones.
  let origin: String
  let notes: [String]

  /// Classes that are read here.
  static let globals: Set<String> = [
    "argparse.Namespace", "copyreg._reconstructor", "copy_reg._reconstructor", "builtins.object",
    "__builtin__.object",
  ]

  /// The settings of an object, nil when fairseq did not write it.
  init?(_ graph: PickleGraph) {
    guard PickleDictionary.value("model", of: graph.root, in: graph) != nil else { return nil }
    func settings(_ key: String) -> PickleReference? {
      PickleDictionary.value(key, of: graph.root, in: graph)
        .flatMap { Self.attributes($0, in: graph) }
    }
    if let cfg = settings("cfg") {
      var reader = PickleJSON(graph, unwrap: { Self.attributes($0, in: graph) })
      var object = reader.object(cfg)
      // Settings of the model's own section are what readers look for.
      for (key, value) in object["model"]?.objectValue?.members ?? [] { object[key] = value }
      self.init(configuration: object, origin: "cfg", notes: reader.notes("cfg"))
    } else if let args = settings("args") {
      var reader = PickleJSON(graph, unwrap: { Self.attributes($0, in: graph) })
      self.init(configuration: reader.object(args), origin: "args", notes: reader.notes("args"))
    } else {
      return nil
    }
  }

  private init(configuration: JSONObject, origin: String, notes: [String]) {
    self.configuration = configuration
    self.origin = origin
    self.notes = notes
  }

  /// The dictionary that a value is, or that a namespace keeps its attributes in.
  private static func attributes(
    _ reference: PickleReference, in graph: PickleGraph
  ) -> PickleReference? {
    if PickleDictionary.pairs(reference, in: graph) != nil { return reference }
    guard let record = graph.record(reference), let state = record.states.last,
      PickleDictionary.pairs(state, in: graph) != nil, let name = graph.callable(reference)?.text
    else { return nil }
    if name == "argparse.Namespace" { return state }
    // Protocols before 2, and Python 2, name the class as an argument.
    guard name.hasSuffix("._reconstructor"), let type = graph.tuple(record.arguments)?.first,
      graph.global(type)?.text == "argparse.Namespace"
    else { return nil }
    return state
  }
}
