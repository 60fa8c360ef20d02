import LFCore
import TestSupport
import Testing

@Suite("Tensors")
struct TensorTests {
  @Test(
    "Shapes that overflow are refused, also when a zero would hide it",
    arguments: [
      [-1], [Int.max, 2], [1 << 31, 1 << 31], [0, Int.max, Int.max], Array(repeating: 1, count: 9),
    ])
  func shapes(dimensions: [Int]) {
    #expect(throws: LFError.self) { try TensorShape(dimensions) }
  }

  @Test("Empty and scalar shapes are fine")
  func smallShapes() throws {
    #expect(try TensorShape([]).elementCount == 1)
    #expect(try TensorShape([3, 0, 5]).elementCount == 0)
  }

  @Test("Names compare by their bytes")
  func names() {
    let composed: TensorName = "\u{E9}"
    let decomposed: TensorName = "e\u{301}"
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(throws: LFError.self) { try TensorName("").validated() }
    #expect(throws: LFError.self) { try TensorName("a\u{0}b").validated() }
    #expect(throws: LFError.self) { try TensorName(String(repeating: "é", count: 300)).validated() }
  }

  @Test("Composed tensors read the same at every offset and length")
  func composed() throws {
    let bytes = (0..<24).map { UInt8($0) }
    var base = MemorySource()
    try base.add("a", .f32, bytes)
    let parts: [ComposedTensor.Part] = [
      .init(.source(index: 0, range: 0..<8)), .init(.source(index: 0, range: 8..<20), repeats: 3),
      .init(.zeros(4), repeats: 2), .init(.source(index: 0, range: 8..<12)),
    ]
    let whole =
      Array(bytes[0..<8]) + (0..<3).flatMap { _ in bytes[8..<20] } + Array(repeating: 0, count: 8)
      + Array(bytes[8..<12])
    let descriptor = TensorDescriptor(
      name: "b", elementType: .f32, shape: try TensorShape([whole.count / 4]))
    let source = ComposedSource(base: base, composed: [try .init(descriptor, parts: parts)])
    #expect(SourceContract.violations(source, expected: [whole]) == [])
  }

  @Test("Parts that do not add up are a defect")
  func wrongParts() throws {
    let descriptor = TensorDescriptor(name: "b", elementType: .f32, shape: try TensorShape([3]))
    #expect(throws: LFError.self) { try ComposedTensor(descriptor, parts: [.init(.zeros(8))]) }
  }

  @Test("A cursor never passes the end")
  func cursor() throws {
    var cursor = ByteCursor([1, 0, 2, 0, 0, 0, 9][...], location: .init(offset: 100))
    #expect(try cursor.integer(UInt16.self) == 1)
    #expect(try cursor.integer(UInt32.self) == 2)
    let error = #expect(throws: LFError.self) { try cursor.integer(UInt16.self) }
    #expect(error?.location.offset == 106)
    #expect(throws: LFError.self) { try cursor.take(-1) }
    #expect(throws: LFError.self) { try cursor.take(.max) }
  }

  @Test(
    "Numbers are shown with three digits",
    arguments: [
      (0.0123, "0.0123"), (451, "451"), (3.8096e-7, "3.81e-07"), (9.999, "10.0"),
      (1e12, "1.00e+12"),
      (-2.5, "-2.50"), (0, "0.0"), (123456, "123000"),
    ])
  func rounded(value: Double, text: String) { #expect(value.rounded3 == text) }

  @Test("Hostile names cannot steer a terminal")
  func printableText() {
    #expect(printable("a\u{1B}[31m\u{202E}b") == "a\\u{1b}[31m\\u{202e}b")
  }
}
