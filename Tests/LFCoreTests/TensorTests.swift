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
    #expect(printable("a\nb\u{2028}\u{85}") == "a\\u{a}b\\u{2028}\\u{85}")
    // What runners of workflows take for a command anywhere in a line.
    #expect(
      printable("###[error]x ##vso[a] #[b] # #[c]")
        == "###\\u{5b}error]x ##vso\\u{5b}a] #[b] # #[c]")
    #expect(printable(printable("\n##[x]")) == printable("\n##[x]"))
    let text = "\u{1}\u{9B}\u{2028}\u{202E}\u{E0001}##[x]\"\\\n"
    #expect(
      JSONValue.string(text).compact
        == #""\u0001\u009b\u2028\u202e\udb40\udc01##\u005bx]\"\\\n""#)
    #expect((try? JSONParser.parse(Array(JSONValue.string(text).compact.utf8))) == .string(text))
  }

  @Test("Numbers of a file are read within bounds")
  func cursorNumbers() throws {
    let bytes = [UInt8](repeating: 0xFF, count: 8) + [5, 0, 0, 0, 0, 0, 0, 0]
    var cursor = ByteCursor(bytes[...], location: .init(file: "f"))
    let error = #expect(throws: LFError.self) { try cursor.count64() }
    #expect(error?.code == "bytes.range" && error?.location.offset == 0)
    #expect(try cursor.count64() == 5)
    #expect(cursor.remaining == 0)
  }

  @Test(
    "Sizes are shown in decimal units",
    arguments: [
      (0, "0 bytes"), (999, "999 bytes"), (4_590_000, "4.59 MB"), (1_500_000_000_000, "1.50 TB"),
      (2_000_000_000_000_000, "2000 TB"),
    ])
  func sizes(count: Int, text: String) { #expect(count.byteText == text) }

  @Test("Descriptors say how many bytes a row has")
  func descriptors() throws {
    let tensor = TensorDescriptor(
      name: "a", elementType: .f16, shape: try TensorShape([3, 4, 5]))
    #expect(tensor.byteCount == 120 && tensor.rowByteCount == 40)
    #expect(tensor.renamed("b").name == "b" && tensor.renamed("b").shape == tensor.shape)
    #expect(TensorShape.vector(-1).elementCount == 0)
    #expect(TensorShape.scalar.dimensions == [] && "\(tensor.shape)" == "[3,4,5]")
    #expect(ElementType.allCases.filter(\.isFloatingPoint).count == 4)
    let largest = try TensorShape([(1 << 58) - 1])
    #expect(TensorDescriptor(name: "c", elementType: .f64, shape: largest).byteCount > 0)
    #expect(throws: LFError.self) { try TensorShape([1 << 58]) }
  }

  @Test("Names are ordered and cut by their bytes")
  func nameParts() {
    let name: TensorName = "roberta.layer"
    #expect(name.dropping(prefix: "roberta.") == "layer")
    #expect(name.dropping(prefix: "bert.") == nil)
    #expect(TensorName("a") < "b" && TensorName("Z") < "a")
    #expect("\(name)" == "roberta.layer")
  }

  @Test("Carried files are read when they are asked for")
  func carriedFiles() throws {
    let file = CarriedFile(name: "config.json", bytes: [1, 2])
    #expect(try file.contents() == [1, 2] && file.byteCount == 2)
    let broken = CarriedFile(name: "x", byteCount: 9) { () throws(LFError) -> [UInt8] in
      throw LFError(.io, "io.failed", "no")
    }
    #expect(throws: LFError.self) { try broken.contents() }
  }

  @Test("Errors say where they are, as far as that is known")
  func errors() {
    let error = LFError.refused(
      "a.b", at: .init(offset: 7), expected: "this", found: "that", hint: "try")
    #expect("\(error)" == "@7: expected this, found that [a.b]")
    let located = error.located(file: "f", entry: "e").located(file: "g", entry: "h")
    #expect("\(located)" == "f:e@7: expected this, found that [a.b]")
    #expect("\(LFError.unsupported("c", "text"))" == "text [c]")
    #expect(printable("abc\nd", limit: 3) == "abc…")
  }
}
