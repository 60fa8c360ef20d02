import LFConversion
import LFCore
import Testing

@Suite("Finite weights")
struct FiniteWeightsTests {
  private struct OneTensor: TensorSource {
    let tensors: [TensorDescriptor]
    let values: [UInt8]

    func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
      buffer.copy(values[offset..<offset + buffer.byteCount], at: 0)
    }
  }

  @Test(
    "The first NaN or infinity is found, in any type",
    arguments: [
      (ElementType.f32, [0x00, 0x00, 0x80, 0x7F]), (.f32, [0x01, 0x00, 0x80, 0xFF]),
      (.f16, [0x00, 0x7C]), (.bf16, [0x80, 0xFF]), (.f64, [0, 0, 0, 0, 0, 0, 0xF0, 0x7F]),
    ] as [(ElementType, [UInt8])])
  func finds(type: ElementType, pattern: [UInt8]) throws {
    // More than one block, and every place near their border.
    let count = (4 << 20) / type.byteCount + 3
    for element in [0, 1, count - 4, count - 3, count - 1] {
      var values = [UInt8](repeating: 0x11, count: count * type.byteCount)
      let source = OneTensor(
        tensors: [TensorDescriptor(name: "w", elementType: type, shape: .vector(count))],
        values: values)
      try FiniteWeights.check(source)
      values.replaceSubrange(
        element * type.byteCount..<(element + 1) * type.byteCount, with: pattern)
      let broken = OneTensor(tensors: source.tensors, values: values)
      let error = #expect(throws: LFError.self) { try FiniteWeights.check(broken) }
      #expect(error?.code == "weights.nonfinite")
      #expect(error?.message.contains("element \(element)") == true)
    }
  }
}
