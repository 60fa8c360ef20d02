import LFCore

/// A legacy checkpoint put together opcode by opcode.
public struct HandMadePickle {
  /// Opcodes of one value.
  public typealias Code = [UInt8]

  public static func text(_ value: String) -> Code {
    var code: Code = [0x58]
    code.append(littleEndian: UInt32(value.utf8.count))
    return code + value.utf8
  }

  public static func integer(_ value: Int) -> Code {
    var code: Code = [0x8A, 8]
    code.append(littleEndian: Int64(value))
    return code
  }

  public static func float(_ value: Double) -> Code {
    var code: Code = [0x47]
    code.append(littleEndian: value.bitPattern.byteSwapped)
    return code
  }

  public static let none: Code = [0x4E]
  public static let yes: Code = [0x88]
  public static let no: Code = [0x89]

  public static func global(_ module: String, _ name: String) -> Code {
    Array("c\(module)\n\(name)\n".utf8)
  }

  public static func tuple(_ items: Code...) -> Code { [0x28] + items.joined() + [0x74] }
  public static func list(_ items: Code...) -> Code { [0x5D, 0x28] + items.joined() + [0x65] }

  public static func dictionary(_ members: (String, Code)...) -> Code {
    [0x7D, 0x28] + members.flatMap { text($0.0) + $0.1 } + [0x75]
  }

  public static func call(_ module: String, _ name: String, _ arguments: Code...) -> Code {
    global(module, name) + [0x28] + arguments.joined() + [0x74, 0x52]
  }

  /// An object whose attributes are set by BUILD.
  public static func object(_ module: String, _ name: String, _ state: Code) -> Code {
    global(module, name) + [0x29, 0x81] + state + [0x62]
  }

  /// A float32 tensor on storage `key`.
  public static func tensor(
    _ key: String, count: Int, shape: [Int], strides: [Int], offset: Int = 0, view: Code = none,
    function: String = "_rebuild_tensor_v2", type: String = "FloatStorage", more: Code = []
  ) -> Code {
    let storage =
      tuple(
        text("storage"), global("torch", type), text(key), text("cpu"), integer(count),
        view) + [0x51]
    return call(
      "torch._utils", function, storage, integer(offset),
      [0x28] + shape.flatMap(integer) + [0x74], [0x28] + strides.flatMap(integer) + [0x74], no,
      call("collections", "OrderedDict"), more)
  }

  public static func pickle(_ value: Code) -> [UInt8] { [0x80, 2] + value + [0x2E] }

  /// A file with this object and float32 storages.
  public static func legacy(
    _ object: Code, storages: [(key: String, values: [Float])], littleEndian: Code = yes
  ) -> [UInt8] {
    let magic: Code = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    var bytes = pickle(magic) + pickle(integer(1001))
    bytes += pickle(dictionary(("little_endian", littleEndian)))
    bytes += pickle(object)
    bytes += pickle([0x5D, 0x28] + storages.flatMap { text($0.key) } + [0x65])
    for storage in storages {
      bytes.append(littleEndian: Int64(storage.values.count))
      for value in storage.values { bytes.append(littleEndian: value.bitPattern) }
    }
    return bytes
  }
}

/// Little-endian bytes of float32 values.
public func floats(_ values: [Float]) -> [UInt8] {
  var bytes: [UInt8] = []
  for value in values { bytes.append(littleEndian: value.bitPattern) }
  return bytes
}
