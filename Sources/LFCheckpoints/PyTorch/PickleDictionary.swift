/// Dictionaries of a pickle, plain ones and those made by a call.
package enum PickleDictionary {
  package typealias Pair = (key: PickleReference, value: PickleReference)

  /// Keys and values of a dict, an OrderedDict or a defaultdict.
  package static func pairs(_ reference: PickleReference, in graph: PickleGraph) -> [Pair]? {
    switch graph[reference] {
    case .dictionary(let index): return graph.dictionaries[Int(index)]
    case .record(let index):
      let record = graph.records[Int(index)]
      guard let name = graph.global(record.callable)?.text,
        PyTorchGlobals.dictionaries.contains(name)
      else { return nil }
      return initial(record, name, in: graph).map { $0 + record.pairs }
    default: return nil
    }
  }

  /// The pairs that Python 2 gave an OrderedDict as an argument: `[[k, v], …]`.
  ///
  /// Nil for any other argument: part of the dictionary would be missing.
  private static func initial(
    _ record: PickleRecord, _ name: String, in graph: PickleGraph
  ) -> [Pair]? {
    guard name == PyTorchGlobals.orderedDictionary,
      let list = graph.tuple(record.arguments)?.first
    else { return [] }
    guard let items = graph.items(list) else { return nil }
    var result: [Pair] = []
    for item in items {
      guard let pair = graph.items(item), pair.count == 2, let key = pair.first,
        let value = pair.last
      else { return nil }
      result.append((key, value))
    }
    return result
  }

  /// The value of a text key; of several the last, as in Python.
  package static func value(
    _ key: String, of reference: PickleReference, in graph: PickleGraph
  ) -> PickleReference? {
    pairs(reference, in: graph)?.last { graph.text($0.key) == key }?.value
  }
}
