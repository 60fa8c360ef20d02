import LFCore

/// Just enough of a pickle machine to see what a checkpoint describes.
///
/// It calls nothing and imports nothing: a global is a name, a call is a record
/// of what would have been called. `Specs/pickle-subset.md` has the details.
struct PickleMachine {
  /// What the stream has described so far.
  var graph = PickleGraph()
  var stream: PickleStream
  let limits: Limits
  private let start: Int
  private var stack: [PickleReference] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleReference] = [:]
  private var globalPlaces: [PickleGlobal: PickleReference] = [:]
  /// The same by the two texts that a name was made of: an opcode of one byte must
  /// not cost as much as a name is long.
  private var globalPlacesByTexts: [Int64: PickleReference] = [:]
  private var nameBytes = 0
  /// Items put on the stack, which a stream of two-byte opcodes could make far
  /// more than there are values.
  private var pushes = 0
  /// Where the opcode that is carried out begins.
  private(set) var opcodeOffset = 0

  /// Reads one pickle; `stream` is at its end after that.
  ///
  /// - Throws: `pickle.*` with the offset of the opcode that is wrong.
  static func run(_ stream: inout PickleStream, limits: Limits) throws(LFError) -> PickleGraph {
    var machine = PickleMachine(stream: stream, limits: limits, start: stream.offset)
    try machine.run()
    stream = machine.stream
    return machine.graph
  }

  private init(stream: PickleStream, limits: Limits, start: Int) {
    self.stream = stream
    self.limits = limits
    self.start = start
  }

  private mutating func run() throws(LFError) {
    try header()
    while true {
      opcodeOffset = stream.offset
      guard opcodeOffset - start <= limits.pickleBytes else {
        throw fail(
          "pickle.size", "a pickle of at most \(limits.pickleBytes) bytes", "a longer one")
      }
      let byte = try stream.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw fail("pickle.opcode", "a known opcode", "0x" + String(byte, radix: 16))
      }
      if opcode == .stop { break }
      try execute(opcode)
    }
    graph.root = try pop()
    guard stack.isEmpty, marks.isEmpty else {
      throw fail(
        "pickle.stack", "nothing left on the stack at the end", "\(stack.count + marks.count) items"
      )
    }
  }

  private mutating func header() throws(LFError) {
    opcodeOffset = stream.offset
    let byte = try stream.byte()
    guard byte == PickleOpcode.proto.rawValue else {
      throw fail(
        "pickle.protocol", "a pickle of protocol 2 to 5",
        "one that begins with 0x"
          + String(byte, radix: 16))
    }
    let version = try stream.byte()
    guard version >= 2 else {
      throw fail("pickle.protocol", "a pickle of protocol 2 to 5", "protocol \(version)")
    }
    guard version <= 5 else {
      throw .unsupported(
        "pickle.protocol", at: .init(offset: opcodeOffset),
        "pickle protocol \(version) is not supported; 2 to 5 are")
    }
  }

  // MARK: Stack

  mutating func push(_ reference: PickleReference) throws(LFError) {
    pushes += 1
    guard pushes <= 4 * limits.pickleValues, stack.count < limits.pickleValues else {
      throw fail("pickle.values", "at most \(limits.pickleValues) values", "more")
    }
    stack.append(reference)
  }

  /// Adds a value to the arena and puts it on the stack.
  mutating func push(_ value: PickleValue) throws(LFError) {
    try push(try add(value))
  }

  mutating func add(_ value: PickleValue) throws(LFError) -> PickleReference {
    guard graph.values.count < limits.pickleValues,
      let position = Int32(exactly: graph.values.count)
    else { throw fail("pickle.values", "at most \(limits.pickleValues) values", "more") }
    graph.values.append(value)
    return PickleReference(position: position)
  }

  mutating func pop() throws(LFError) -> PickleReference {
    try checkTop()
    return stack.removeLast()
  }

  func top() throws(LFError) -> PickleReference {
    try checkTop()
    return stack[stack.count - 1]
  }

  private func checkTop() throws(LFError) {
    guard stack.count > marks.last ?? 0 else {
      throw fail("pickle.stack", "a value on the stack", marks.isEmpty ? "none" : "a mark")
    }
  }

  mutating func mark() throws(LFError) {
    guard marks.count < limits.pickleValues else {
      throw fail("pickle.values", "at most \(limits.pickleValues) marks", "more")
    }
    marks.append(stack.count)
  }

  mutating func popToMark() throws(LFError) -> [PickleReference] {
    guard let mark = marks.popLast() else {
      throw fail("pickle.mark", "a mark on the stack", "none")
    }
    let items = Array(stack[mark...])
    stack.removeLast(stack.count - mark)
    return items
  }

  /// Takes the top value away, or the mark when nothing is above it.
  mutating func discard() throws(LFError) {
    if let mark = marks.last, stack.count == mark { marks.removeLast() } else { _ = try pop() }
  }

  // MARK: Memo

  mutating func remember(_ key: UInt64?) throws(LFError) {
    let value = try top()
    let place = key.flatMap { Int(exactly: $0) } ?? memo.count
    guard memo.count < limits.pickleValues || memo[place] != nil else {
      throw fail("pickle.values", "at most \(limits.pickleValues) memo entries", "more")
    }
    memo[place] = value
  }

  mutating func recall(_ key: UInt64) throws(LFError) {
    guard let place = Int(exactly: key), let value = memo[place] else {
      throw fail("pickle.memo", "a memo entry \(key)", "none")
    }
    try push(value)
  }

  // MARK: Values

  mutating func keep(
    _ bytes: ArraySlice<UInt8>
  ) throws(LFError) -> (start: Int32, count: Int32) {
    guard let start = Int32(exactly: graph.bytes.count), let count = Int32(exactly: bytes.count),
      !start.addingReportingOverflow(count).overflow
    else { throw fail("pickle.size", "texts of less than 2 GB", "more") }
    graph.bytes += bytes
    return (start, count)
  }

  mutating func tuple(_ items: [PickleReference]) throws(LFError) {
    let start = graph.tupleItems.count
    guard let start = Int32(exactly: start), let count = Int32(exactly: items.count) else {
      throw fail("pickle.values", "fewer items of tuples", "more")
    }
    graph.tupleItems += items
    try push(.tuple(start: start, count: count))
  }

  mutating func list(_ items: [PickleReference]) throws(LFError) -> Int32 {
    // Never more lists than values, which fit.
    let index = Int32(truncatingIfNeeded: graph.lists.count)
    graph.lists.append(items)
    return index
  }

  mutating func global(module: String, name: String) throws(LFError) {
    let global = PickleGlobal(module: module, name: name)
    guard !module.isEmpty, !name.isEmpty, module.utf8.count + name.utf8.count <= 4096 else {
      throw fail(
        "pickle.global", "a module and a name", "\"\(printable(global.text, limit: 200))\"")
    }
    if let known = globalPlaces[global] { return try push(known) }
    nameBytes += module.utf8.count + name.utf8.count
    guard nameBytes <= limits.pickleNameBytes else {
      throw fail(
        "pickle.names", "names of classes and functions of at most \(limits.pickleNameBytes) bytes",
        "more")
    }
    let reference = try add(.global(Int32(truncatingIfNeeded: graph.globals.count)))
    graph.globals.append(global)
    globalPlaces[global] = reference
    try push(reference)
  }

  /// The same for names that are texts of the pickle.
  mutating func global(_ module: PickleReference, _ name: PickleReference) throws(LFError) {
    let key = Int64(module.position) << 32 | Int64(name.position)
    if let known = globalPlacesByTexts[key] { return try push(known) }
    guard let nameText = graph.text(name), let moduleText = graph.text(module) else {
      throw fail("pickle.global", "a module and a name as strings", graph.describe(name))
    }
    try global(module: moduleText, name: nameText)
    globalPlacesByTexts[key] = try top()
  }

  mutating func record(
    _ callable: PickleReference, _ arguments: PickleReference, keywords: PickleReference? = nil
  ) throws(LFError) {
    switch graph[callable] {
    case .global, .record, .persistent: break
    default: throw fail("pickle.callable", "a class or function", graph.describe(callable))
    }
    guard graph.tuple(arguments) != nil else {
      throw fail("pickle.arguments", "a tuple of arguments", graph.describe(arguments))
    }
    let index = Int32(truncatingIfNeeded: graph.records.count)
    graph.records.append(
      PickleRecord(callable: callable, arguments: arguments, keywords: keywords))
    try push(.record(index))
  }

  /// Changes the record on top of the stack.
  mutating func changeRecord(_ change: (inout PickleRecord) -> Void) throws(LFError) {
    let target = try top()
    guard case .record(let index) = graph[target] else {
      throw fail("pickle.target", "an object to change", graph.describe(target))
    }
    change(&graph.records[Int(index)])
  }

  func fail(_ code: String, _ expected: String, _ found: String) -> LFError {
    .refused(code, at: .init(offset: opcodeOffset), expected: expected, found: found)
  }
}
