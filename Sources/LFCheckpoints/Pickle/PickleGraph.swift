/// All values of one pickle in flat arrays.
package struct PickleGraph: Sendable {
  /// The value that the pickle stands for.
  package var root = PickleReference(position: 0)
  var values: [PickleValue] = []
  /// Bytes of texts and of long integers.
  var bytes: [UInt8] = []
  /// Items of tuples.
  var tupleItems: [PickleReference] = []
  /// Items of lists and sets.
  var lists: [[PickleReference]] = []
  var dictionaries: [[(key: PickleReference, value: PickleReference)]] = []
  /// Names of classes and functions, each once, in the order of the stream.
  package var globals: [PickleGlobal] = []
  var records: [PickleRecord] = []

  package subscript(_ reference: PickleReference) -> PickleValue { values[Int(reference.position)] }

  /// The text, unless the value is none or not UTF-8.
  package func text(_ reference: PickleReference) -> String? {
    guard case .text(let start, let count) = self[reference] else { return nil }
    return String(validating: bytes[Int(start)..<Int(start) + Int(count)], as: UTF8.self)
  }

  /// The integer, if the value is one that fits.
  package func integer(_ reference: PickleReference) -> Int? {
    if case .integer(let value) = self[reference] { value } else { nil }
  }

  package func global(_ reference: PickleReference) -> PickleGlobal? {
    if case .global(let index) = self[reference] { globals[Int(index)] } else { nil }
  }

  package func record(_ reference: PickleReference) -> PickleRecord? {
    if case .record(let index) = self[reference] { records[Int(index)] } else { nil }
  }

  /// The global that a record would call.
  package func callable(_ reference: PickleReference) -> PickleGlobal? {
    record(reference).flatMap { global($0.callable) }
  }

  /// The name of the class or function that a record would call.
  func callableName(_ reference: PickleReference) -> String? {
    if let name = callable(reference)?.text { return name }
    // Legacy files store the source code of a module's class with its name.
    guard let callable = record(reference)?.callable,
      case .persistent(let identifier) = self[callable], let items = tuple(identifier),
      items.count > 1
    else { return nil }
    return global(items[items.startIndex + 1])?.text
  }

  package func tuple(_ reference: PickleReference) -> ArraySlice<PickleReference>? {
    guard case .tuple(let start, let count) = self[reference] else { return nil }
    return tupleItems[Int(start)..<Int(start) + Int(count)]
  }

  /// Items of a tuple, list or set.
  package func items(_ reference: PickleReference) -> ArraySlice<PickleReference>? {
    switch self[reference] {
    case .tuple: tuple(reference)
    case .list(let index), .set(let index): lists[Int(index)][...]
    default: nil
    }
  }

  /// Everything a value refers to directly.
  func children(_ reference: PickleReference) -> [PickleReference] {
    switch self[reference] {
    case .tuple, .list, .set: return Array(items(reference) ?? [])
    case .dictionary(let index):
      return dictionaries[Int(index)].flatMap { [$0.key, $0.value] }
    case .record(let index):
      let record = records[Int(index)]
      return [record.callable, record.arguments] + (record.keywords.map { [$0] } ?? [])
        + record.states + record.items + record.pairs.flatMap { [$0.key, $0.value] }
    case .persistent(let identifier): return [identifier]
    case .none, .bool, .integer, .long, .float, .text, .bytes, .global: return []
    }
  }

  /// What a value is, for messages.
  func describe(_ reference: PickleReference) -> String {
    switch self[reference] {
    case .none: "None"
    case .bool: "a boolean"
    case .integer, .long: "an integer"
    case .float: "a float"
    case .text: "a string"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .set: "a set"
    case .dictionary: "a dict"
    case .global: "the global \(global(reference)?.text ?? "")"
    case .record: "an object of \(callableName(reference) ?? "an unknown class")"
    case .persistent: "a storage"
    }
  }
}
