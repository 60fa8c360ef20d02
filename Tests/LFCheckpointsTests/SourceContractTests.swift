import LFCore
import LFFiles
import TestSupport
import Testing

@testable import LFCheckpoints

@Suite("Sources keep the contract")
struct SourceContractTests {
  /// A file of these tensors.
  private func safetensors(_ source: MemorySource, _ name: String) throws -> SafetensorsSource {
    let file = try OutputFile(Scratch.shared(name), overwrite: true)
    try SafetensorsWriter(source).write(to: file)
    try file.publish()
    return try SafetensorsSource(try InputFile(Scratch.shared(name)))
  }

  /// The bytes of `base`, in the order of another source's names.
  private func bytes(of base: MemorySource, as source: any TensorSource) throws -> [[UInt8]] {
    try source.tensors.map { tensor in
      base.values[try #require(base.index(of: tensor.name))]
    }
  }

  @Test func safetensors() throws {
    let base = try MemorySource.everyElementType()
    let source = try safetensors(base, "contract.safetensors")
    #expect(
      SourceContract.violations(source, expected: try bytes(of: base, as: source)) == [])
  }

  @Test func sharded() throws {
    let first = try MemorySource.everyElementType()
    var second = MemorySource()
    for (tensor, bytes) in zip(first.tensors, first.values) {
      try second.add("second." + tensor.name.text, tensor.elementType, bytes.reversed())
    }
    let parts = [
      try safetensors(first, "part1.safetensors"), try safetensors(second, "part2.safetensors"),
    ]
    let source = ShardedSource(parts)
    let expected =
      try bytes(of: first, as: parts[0]) + bytes(of: second, as: parts[1])
    #expect(SourceContract.violations(source, expected: expected) == [])
  }

  /// The bytes of a view, element by element.
  private func gathered(_ values: [UInt8], _ view: StridedView, strides: [Int]) -> [UInt8] {
    let width = view.descriptor.elementType.byteCount
    let shape = view.descriptor.shape.dimensions
    var result: [UInt8] = []
    for element in 0..<view.descriptor.shape.elementCount {
      var rest = element
      var place = view.start / width
      for (dimension, stride) in zip(shape, strides).reversed() {
        place += rest % dimension * stride
        rest /= dimension
      }
      result += values[place * width..<(place + 1) * width]
    }
    return result
  }

  @Test(arguments: [ElementType.u8, .f16, .f32, .f64])
  func pyTorch(type: ElementType) throws {
    let count = 24_000
    let values = (0..<count * type.byteCount).map { UInt8(truncatingIfNeeded: $0 * 31 / 7) }
    let name = "storage-\(type.rawValue)"
    let file = try InputFile(try Scratch.shared.write(name, values))
    // Contiguous, from an offset on, transposed, with gaps, expanded, and one
    // long enough for several reads.
    let views: [(shape: [Int], strides: [Int], offset: Int)] = [
      ([2, 5], [5, 1], 0), ([3, 4], [4, 1], 7), ([4, 3], [1, 4], 0), ([2, 3, 2], [1, 8, 3], 5),
      ([3, 2], [0, 1], 9), ([5], [100], 2), ([0, 4], [4, 1], 0), ([], [], 3),
      ([60, 200], [1, 60], 11), ([3, 2], [7000, 1], 0),
    ]
    var made: [StridedView] = []
    var expected: [[UInt8]] = []
    for (number, view) in views.enumerated() {
      let descriptor = TensorDescriptor(
        name: TensorName("view\(number)"), elementType: type, shape: try TensorShape(view.shape))
      let strided = try StridedView(
        descriptor, storage: 0..<values.count, offset: view.offset, strides: view.strides)
      made.append(strided)
      expected.append(gathered(values, strided, strides: view.strides))
    }
    let source = PyTorchSource(file: file, views: made)
    #expect(SourceContract.violations(source, expected: expected) == [])
  }
}
