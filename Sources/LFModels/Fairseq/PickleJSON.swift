import LFCheckpoints
import LFCore

/// Plain values of a pickle as JSON; what is not plain is left out.
struct PickleJSON {
  private static let depthLimit = 16
  /// Most values, counted each time they are met: a few bytes of a pickle can
  /// stand for any number of them.
  private static let valueLimit = 10_000

  private let graph: PickleGraph
  /// The dictionary that stands for an object, where there is one.
  private let unwrap: (PickleReference) -> PickleReference?
  private var dropped: [String] = []
  private var values = 0

  init(_ graph: PickleGraph, unwrap: @escaping (PickleReference) -> PickleReference?) {
    self.graph = graph
    self.unwrap = unwrap
  }

  /// A remark about what was left out.
  func notes(_ origin: String) -> [String] {
    guard !dropped.isEmpty else { return [] }
    let more = dropped.count > 20 ? " and \(dropped.count - 20) more" : ""
    return [
      "settings of \(origin) that are no plain values were left out: "
        + dropped.prefix(20).map { printable($0, limit: 80) }.joined(separator: ", ") + more
    ]
  }

  /// A dictionary as an object.
  mutating func object(_ reference: PickleReference) -> JSONObject {
    value(reference, path: "", depth: 0)?.objectValue ?? JSONObject()
  }

  // The depth is bounded here, so the recursion is too.
  private mutating func value(
    _ reference: PickleReference, path: String, depth: Int
  ) -> JSONValue? {
    guard depth < Self.depthLimit, values < Self.valueLimit else { return drop(path) }
    switch graph[reference] {
    case .none: return .null
    case .bool(let value): return .bool(value)
    case .integer(let value): return JSONValue(value)
    case .float(let value): return value.isFinite ? JSONValue(value) : drop(path)
    case .text: return graph.text(reference).map { .string($0) } ?? drop(path)
    case .tuple, .list, .set:
      let items = graph.items(reference) ?? []
      values += items.count
      guard values < Self.valueLimit else { return drop(path) }
      return .array(items.compactMap { value($0, path: path + "[]", depth: depth + 1) })
    case .long, .bytes, .global, .persistent: return drop(path)
    case .dictionary, .record:
      guard let inner = unwrap(reference),
        let pairs = PickleDictionary.pairs(inner, in: graph)
      else { return drop(path) }
      values += pairs.count
      guard values < Self.valueLimit else { return drop(path) }
      // A key met twice keeps its first place and its last value.
      var places: [TensorName: Int] = [:]
      var members: [(String, JSONValue)] = []
      for pair in pairs {
        guard let key = graph.text(pair.key) else {
          _ = drop(path + ".?")
          continue
        }
        guard
          let value = value(
            pair.value, path: path.isEmpty ? key : path + "." + key, depth: depth + 1)
        else { continue }
        if let place = places[TensorName(key)] {
          members[place].1 = value
        } else {
          places[TensorName(key)] = members.count
          members.append((key, value))
        }
      }
      return .object(JSONObject(members))
    }
  }

  private mutating func drop(_ path: String) -> JSONValue? {
    if dropped.count < 1000 { dropped.append(path) }
    return nil
  }
}
