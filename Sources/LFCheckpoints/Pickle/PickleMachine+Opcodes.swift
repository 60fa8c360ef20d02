import LFCore

extension PickleMachine {
  /// Longest integer that is kept, in bytes.
  private static let longByteCount: UInt64 = 1024

  /// Carries out one opcode, other than STOP.
  mutating func execute(_ opcode: PickleOpcode) throws(LFError) {
    switch opcode {
    // Stack.
    case .mark: try mark()
    case .pop: try discard()
    case .popMark: _ = try popToMark()
    case .dup: try push(try top())

    // Constants and numbers.
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt:
      try push(.integer(Int(Int32(truncatingIfNeeded: try stream.integer(byteCount: 4)))))
    case .binInt1: try push(.integer(Int(try stream.byte())))
    case .binInt2: try push(.integer(Int(truncatingIfNeeded: try stream.integer(byteCount: 2))))
    case .int, .long: try textInteger(opcode)
    case .long1: try long(UInt64(try stream.byte()))
    case .long4: try long(try stream.integer(byteCount: 4))
    case .binFloat:
      let bits = UInt64(truncatingIfNeeded: try stream.integer(byteCount: 8)).byteSwapped
      try push(.float(Double(bitPattern: bits)))
    case .float: try textFloat()

    // Text and bytes.
    case .shortBinUnicode, .shortBinString: try text(UInt64(try stream.byte()))
    case .binUnicode, .binString: try text(try stream.integer(byteCount: 4))
    case .binUnicode8: try text(try stream.integer(byteCount: 8))
    case .shortBinBytes: try bytes(UInt64(try stream.byte()))
    case .binBytes: try bytes(try stream.integer(byteCount: 4))
    case .binBytes8, .byteArray8: try bytes(try stream.integer(byteCount: 8))

    // Containers.
    case .emptyTuple: try tuple([])
    case .tuple1: try tuple(count: 1)
    case .tuple2: try tuple(count: 2)
    case .tuple3: try tuple(count: 3)
    case .tuple: try tuple(try popToMark())
    case .emptyList: try push(.list(try list([])))
    case .list: try push(.list(try list(try popToMark())))
    case .append: try append([try pop()])
    case .appends: try append(try popToMark())
    case .emptySet: try push(.set(try list([])))
    case .frozenSet: try push(.set(try list(try popToMark())))
    case .addItems: try addItems(try popToMark())
    case .emptyDict: try dictionary([])
    case .dict: try dictionary(try popToMark())
    case .setItem:
      let value = try pop()
      try setItems([try pop(), value])
    case .setItems: try setItems(try popToMark())

    // Names and calls, written down.
    case .global:
      let module = try stream.line()
      try global(module: try name(module[...]), name: try name(try stream.line()[...]))
    case .stackGlobal:
      let name = try pop()
      let module = try pop()
      try global(module, name)
    case .reduce, .newObj:
      let arguments = try pop()
      try record(try pop(), arguments)
    case .newObjEx:
      let keywords = try pop()
      let arguments = try pop()
      try record(try pop(), arguments, keywords: keywords)
    case .inst:
      let module = try name(try stream.line()[...])
      let name = try name(try stream.line()[...])
      try tuple(try popToMark())
      let arguments = try pop()
      try global(module: module, name: name)
      try record(try pop(), arguments)
    case .obj:
      let items = try popToMark()
      guard let callable = items.first else {
        throw fail("pickle.stack", "a class after the mark", "nothing")
      }
      try tuple(Array(items.dropFirst()))
      try record(callable, try pop())
    case .build:
      let state = try pop()
      try changeRecord { $0.states.append(state) }
    case .binPersID: try push(.persistent(try pop()))

    // Memo.
    case .binPut: try remember(UInt64(try stream.byte()))
    case .longBinPut: try remember(try stream.integer(byteCount: 4))
    case .put: try remember(try memoKey())
    case .memoize: try remember(nil)
    case .binGet: try recall(UInt64(try stream.byte()))
    case .longBinGet: try recall(try stream.integer(byteCount: 4))
    case .get: try recall(try memoKey())

    case .frame:
      let count = try stream.integer(byteCount: 8)
      guard count <= UInt64(stream.remaining) else {
        throw fail("pickle.frame", "a frame inside the file", "one of \(count.counted("byte"))")
      }

    case .proto:
      throw fail("pickle.protocol", "the protocol at the beginning only", "another PROTO")
    case .string, .unicode, .persID, .ext1, .ext2, .ext4, .nextBuffer, .readOnlyBuffer:
      throw fail("pickle.opcode", "an opcode of torch.save's pickles", opcode.name)
    case .stop: throw fail("pickle.opcode", "an opcode inside the pickle", "STOP")
    }
  }

  // MARK: Numbers

  private mutating func long(_ count: UInt64) throws(LFError) {
    guard count <= Self.longByteCount else {
      throw fail(
        "pickle.long", "an integer of at most \(Self.longByteCount) bytes",
        // The count is a signed one of 32 bits.
        "one of \(Int32(truncatingIfNeeded: count))")
    }
    let bytes = try stream.take(Int(truncatingIfNeeded: count))
    guard bytes.count > 8 else {
      var value: UInt64 = bytes.last ?? 0 >= 0x80 ? .max : 0
      for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
      return try push(.integer(Int(Int64(bitPattern: value))))
    }
    let place = try keep(bytes)
    try push(.long(start: place.start, count: place.count))
  }

  private mutating func textInteger(_ opcode: PickleOpcode) throws(LFError) {
    var digits = try stream.line(limit: 64)[...]
    if opcode == .int, digits.elementsEqual("00".utf8) || digits.elementsEqual("01".utf8) {
      return try push(.bool(digits.last == UInt8(ascii: "1")))
    }
    if opcode == .long, digits.last == UInt8(ascii: "L") { digits.removeLast() }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw fail("pickle.number", "an integer of at most 64 bits", "other text")
    }
    try push(.integer(value))
  }

  private mutating func textFloat() throws(LFError) {
    let line = String(decoding: try stream.line(limit: 64), as: UTF8.self)
    guard let value = Double(line) else {
      throw fail("pickle.number", "a number", "\"\(printable(line))\"")
    }
    try push(.float(value))
  }

  private mutating func memoKey() throws(LFError) -> UInt64 {
    let line = String(decoding: try stream.line(limit: 32), as: UTF8.self)
    guard let key = UInt64(line) else {
      throw fail("pickle.number", "a memo key", "\"\(printable(line))\"")
    }
    return key
  }

  // MARK: Text and bytes

  private mutating func text(_ count: UInt64) throws(LFError) {
    let place = try keep(try stream.take(try length(count)))
    try push(.text(start: place.start, count: place.count))
  }

  private mutating func bytes(_ count: UInt64) throws(LFError) {
    let count = try length(count)
    try stream.skip(count)
    try push(.bytes(count: count))
  }

  private func length(_ count: UInt64) throws(LFError) -> Int {
    guard let result = Int(exactly: count), result <= stream.remaining else {
      throw fail("pickle.truncated", "\(count) more bytes", "\(stream.remaining)")
    }
    guard result <= limits.pickleBytes else {
      throw fail(
        "pickle.size", "a pickle of at most \(limits.pickleBytes) bytes", "a value of \(count)")
    }
    return result
  }

  private func name(_ bytes: ArraySlice<UInt8>) throws(LFError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fail("pickle.global", "a name in UTF-8", "other bytes")
    }
    return text
  }

  // MARK: Containers

  private mutating func tuple(count: Int) throws(LFError) {
    var items: [PickleReference] = []
    for _ in 0..<count { items.append(try pop()) }
    try tuple(items.reversed())
  }

  private mutating func append(_ items: [PickleReference]) throws(LFError) {
    if case .list(let index) = graph[try top()] {
      graph.lists[Int(index)] += items
    } else {
      try changeRecord { $0.items += items }
    }
  }

  private mutating func addItems(_ items: [PickleReference]) throws(LFError) {
    if case .set(let index) = graph[try top()] {
      graph.lists[Int(index)] += items
    } else {
      try changeRecord { $0.items += items }
    }
  }

  private mutating func dictionary(_ items: [PickleReference]) throws(LFError) {
    let index = Int32(truncatingIfNeeded: graph.dictionaries.count)
    graph.dictionaries.append(try pairs(items))
    try push(.dictionary(index))
  }

  private mutating func setItems(_ items: [PickleReference]) throws(LFError) {
    let pairs = try pairs(items)
    if case .dictionary(let index) = graph[try top()] {
      graph.dictionaries[Int(index)] += pairs
    } else {
      try changeRecord { $0.pairs += pairs }
    }
  }

  private func pairs(
    _ items: [PickleReference]
  ) throws(LFError) -> [(key: PickleReference, value: PickleReference)] {
    guard items.count.isMultiple(of: 2) else {
      throw fail("pickle.items", "keys with values", "an odd number of items")
    }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }
}
