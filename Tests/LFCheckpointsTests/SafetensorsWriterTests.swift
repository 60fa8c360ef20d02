import LFCheckpoints
import LFCore
import LFFiles
import TestSupport
import Testing

extension MemorySource {
  /// Tensors of different bytes.
  fileprivate init(_ tensors: [(name: TensorName, type: ElementType, shape: [Int])]) throws {
    self.init()
    for (seed, tensor) in tensors.enumerated() {
      let shape = try TensorShape(tensor.shape)
      let bytes = (0..<shape.elementCount * tensor.type.byteCount).map {
        UInt8(truncatingIfNeeded: $0 &* 31 &+ seed)
      }
      self.tensors.append(
        TensorDescriptor(name: tensor.name, elementType: tensor.type, shape: shape))
      values.append(bytes)
    }
  }
}

@Suite struct SafetensorsWriterTests {
  @Test func whatTheReaderWouldRefuseIsNotWritten() throws {
    func code(
      _ names: [String], _ metadata: JSONObject = JSONObject([("format", "pt")]),
      shape: [Int] = [1], limits: Limits = .standard
    ) throws -> String? {
      let shape = try TensorShape(shape)
      let tensors = names.map {
        TensorDescriptor(name: TensorName($0), elementType: .f64, shape: shape)
      }
      return failure { try SafetensorsLayout(tensors, metadata: metadata, limits: limits) }?.code
    }
    #expect(try code(["a", "b"]) == nil)
    #expect(try code(["a", "a"]) == "safetensors.duplicate-name")
    #expect(try code(["__metadata__"]) == "safetensors.duplicate-name")
    #expect(try code([""]) == "tensor.name")
    #expect(try code(["a"], JSONObject([("a", 1)])) == "safetensors.metadata")
    #expect(try code(["a", "b", "c", "d"], shape: [1 << 57]) == "safetensors.size")
    var limits = Limits()
    limits.jsonBytes = 40
    #expect(try code(["a"], limits: limits) == "safetensors.header-length")
  }

  func roundTrip(_ source: MemorySource, selection: [Int]? = nil) throws -> SafetensorsSource {
    let path = Scratch.shared.path + "/written-\(UInt64.random(in: 0 ... .max)).safetensors"
    let file = try OutputFile(path, overwrite: false)
    let writer = try SafetensorsWriter(source, selection: selection)
    var last = 0
    try writer.write(to: file) { last = $0 }
    try file.publish()
    let read = try SafetensorsSource(try InputFile(path))
    #expect(read.file.byteCount == writer.byteCount)
    #expect(selection?.isEmpty == true || last == writer.byteCount)
    return read
  }

  @Test func readsBackEqual() throws {
    // Longer than the writer's buffer, empty, scalar, and of every width.
    let source = try MemorySource([
      ("flag", .bool, [3]), ("big", .f32, [3, SafetensorsWriter.bufferByteCount / 8 + 1]),
      ("none", .f16, [0, 4]), ("scalar", .i64, []), ("half", .bf16, [5]),
      ("\u{fc}\"\\\n", .u8, [2]),
    ])
    let read = try roundTrip(source)
    #expect(Set(read.tensors) == Set(source.tensors))
    for (index, tensor) in read.tensors.enumerated() {
      let origin = try #require(source.index(of: tensor.name))
      #expect(try read.bytes(index) == source.values[origin])
    }
    // Each tensor at a multiple of its element's size, the data at one of 8.
    #expect(read.tensors.map(\.elementType.byteCount) == [8, 4, 2, 2, 1, 1])
    #expect(read.metadata["format"] == "pt")
    let header = try SafetensorsLayout(source.tensors).header
    #expect(header.count % 8 == 0)
  }

  @Test func keepsTheOrderGiven() throws {
    let source = try MemorySource([("z", .f32, [1]), ("a", .f32, [2]), ("m", .f32, [3])])
    #expect(try roundTrip(source).tensors.map(\.name) == ["z", "a", "m"])
    #expect(try roundTrip(source, selection: [2, 0]).tensors.map(\.name) == ["m", "z"])
    #expect(try roundTrip(source, selection: []).tensors.isEmpty)
  }

  @Test func refusesWhatItsReaderWould() throws {
    let twice = try MemorySource([("a", .f32, [1]), ("a", .f32, [1])])
    #expect(failure { try SafetensorsWriter(twice) }?.code == "safetensors.duplicate-name")
    let reserved = try MemorySource([("__metadata__", .f32, [1])])
    #expect(failure { try SafetensorsWriter(reserved) }?.code == "safetensors.duplicate-name")
    let one = try MemorySource([("a", .f32, [1])])
    let metadata = JSONObject([("n", 1)])
    #expect(
      failure { try SafetensorsWriter(one, metadata: metadata) }?.code == "safetensors.metadata")
  }
}
