import LFCheckpoints
import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  /// A file that differs from a right one in one thing.
  struct Mutation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let code: String
    var exit: Int32 = 2

    init(_ name: String, _ bytes: [UInt8], _ code: String, exit: Int32 = 2) {
      testDescription = name
      self.bytes = bytes
      self.code = code
      self.exit = exit
    }
  }

  static func entry(_ dtype: String, _ shape: String, _ offsets: String) -> String {
    "{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static func one(_ dtype: String, _ shape: String, _ offsets: String, data: Int) -> [UInt8] {
    safetensors("{\"a\":\(entry(dtype, shape, offsets))}", data: data)
  }

  static func two(_ first: String, _ second: String, data: Int) -> [UInt8] {
    let (a, b) = (entry("\"U8\"", "[4]", first), entry("\"U8\"", "[4]", second))
    return safetensors("{\"a\":\(a),\"b\":\(b)}", data: data)
  }

  static let right = one("\"F32\"", "[2,2]", "[0,16]", data: 16)

  static let mutations: [Mutation] = [
    .init("empty file", [], "safetensors.truncated"),
    .init("nine bytes", Array(right[..<9]), "safetensors.truncated"),
    .init("cut in the header", Array(right[..<20]), "safetensors.truncated"),
    .init("cut in the data", Array(right.dropLast()), "safetensors.offsets"),
    .init("one byte more", right + [0], "safetensors.trailing"),
    .init("header of 0", safetensors("", data: 16), "safetensors.header-length"),
    .init("header of 1", safetensors("{", data: 16, length: 1), "safetensors.header-length"),
    .init("header of 2^63", safetensors("{}", length: 1 << 63), "safetensors.header-length"),
    .init("header of 2^64-1", safetensors("{}", length: .max), "safetensors.header-length"),
    .init("header of 10^8+1", safetensors("{}", length: 100_000_001), "safetensors.header-length"),
    .init("header past the end", safetensors("{}", length: 3), "safetensors.truncated"),
    .init("an array", safetensors("[1]       "), "safetensors.header"),
    .init("space first", safetensors(" {}"), "safetensors.header"),
    .init("byte order mark", safetensors("\u{FEFF}{}"), "safetensors.header"),
    .init("text after it", safetensors("{} x"), "json.trailing"),
    .init("NUL after it", safetensors("{}\0\0"), "json.trailing"),
    .init("name twice", safetensors("{\"a\":1,\"a\":1}"), "json.duplicate-key"),
    .init("name twice by escape", safetensors("{\"a\":1,\"\\u0061\":1}"), "json.duplicate-key"),
    .init("metadata no object", safetensors("{\"__metadata__\":[]}"), "safetensors.metadata"),
    .init("metadata number", safetensors("{\"__metadata__\":{\"a\":1}}"), "safetensors.metadata"),
    .init("entry no object", safetensors("{\"a\":[]}"), "safetensors.entry"),
    .init("empty name", safetensors("{\"\":{}}"), "tensor.name"),
    .init("NUL in a name", safetensors("{\"a\\u0000\":{}}"), "tensor.name"),
    .init(
      "long name", safetensors("{\"\(String(repeating: "n", count: 513))\":{}}"), "tensor.name"),
    .init("nothing said", safetensors("{\"a\":{}}"), "safetensors.dtype"),
    .init(
      "unknown field",
      safetensors(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"x\":1}}", data: 1),
      "safetensors.field"),
    .init("dtype number", one("5", "[1]", "[0,4]", data: 4), "safetensors.dtype"),
    .init("dtype unknown", one("\"F33\"", "[1]", "[0,4]", data: 4), "safetensors.dtype"),
    .init("dtype small letters", one("\"f32\"", "[1]", "[0,4]", data: 4), "safetensors.dtype"),
    .init(
      "F8", one("\"F8_E4M3\"", "[1]", "[0,1]", data: 1), "safetensors.unsupported-dtype", exit: 3),
    .init("C64", one("\"C64\"", "[1]", "[0,8]", data: 8), "safetensors.unsupported-dtype", exit: 3),
    .init("F4", one("\"F4\"", "[2]", "[0,1]", data: 1), "safetensors.unsupported-dtype", exit: 3),
    .init("shape number", one("\"U8\"", "4", "[0,4]", data: 4), "safetensors.shape"),
    .init("shape fraction", one("\"U8\"", "[4.0]", "[0,4]", data: 4), "safetensors.shape"),
    .init("shape exponent", one("\"U8\"", "[4e0]", "[0,4]", data: 4), "safetensors.shape"),
    .init("shape negative", one("\"U8\"", "[-4]", "[0,4]", data: 4), "safetensors.shape"),
    .init("shape minus zero", one("\"U8\"", "[-0]", "[0,0]", data: 0), "safetensors.shape"),
    .init("shape text", one("\"U8\"", "[\"4\"]", "[0,4]", data: 4), "safetensors.shape"),
    .init(
      "shape beyond 64 bits", one("\"U8\"", "[18446744073709551616]", "[0,0]", data: 0),
      "safetensors.shape"),
    .init(
      "shape overflows", one("\"F32\"", "[4294967296,4294967296]", "[0,0]", data: 0),
      "tensor.shape"),
    .init(
      "shape overflows to what fits", one("\"U8\"", "[2,9223372036854775807,0]", "[0,0]", data: 0),
      "tensor.shape"),
    .init("rank 9", one("\"U8\"", "[1,1,1,1,1,1,1,1,1]", "[0,1]", data: 1), "tensor.shape"),
    .init("one offset", one("\"U8\"", "[4]", "[4]", data: 4), "safetensors.data_offsets"),
    .init("three offsets", one("\"U8\"", "[4]", "[0,4,4]", data: 4), "safetensors.data_offsets"),
    .init("falling offsets", one("\"U8\"", "[4]", "[4,0]", data: 4), "safetensors.offsets"),
    .init("offsets past the end", one("\"U8\"", "[4]", "[4,8]", data: 4), "safetensors.offsets"),
    .init(
      "offset 2^63-1", one("\"U8\"", "[4]", "[0,9223372036854775807]", data: 4),
      "safetensors.offsets"),
    .init("too few bytes", one("\"F32\"", "[2]", "[0,4]", data: 4), "safetensors.size"),
    .init("hole at the beginning", one("\"U8\"", "[4]", "[4,8]", data: 8), "safetensors.hole"),
    .init("hole between", two("[0,4]", "[5,9]", data: 9), "safetensors.hole"),
    .init("overlap", two("[0,4]", "[2,6]", data: 6), "safetensors.overlap"),
    .init("same bytes", two("[0,4]", "[0,4]", data: 4), "safetensors.overlap"),
    .init("bytes left over", two("[0,4]", "[4,8]", data: 9), "safetensors.trailing"),
    .init(
      "Git LFS pointer",
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".utf8),
      "checkpoint.git-lfs-pointer"),
  ]

  @Test(arguments: mutations)
  func refuses(_ mutation: Mutation) throws {
    let path = try Scratch.shared.write("\(mutation.testDescription).safetensors", mutation.bytes)
    let error = try #require(failure { try OpenedModel.open(path) })
    #expect(error.code == mutation.code, "\(error)")
    #expect(error.kind.rawValue == mutation.exit)
    #expect(error.location.file == path)
    if mutation.code == "checkpoint.git-lfs-pointer" {
      #expect(error.hint?.contains("git lfs pull") == true)
    }
  }

  @Test func acceptsWhatTheFormatAllows() throws {
    let scratch = try Scratch()
    let empty = try OpenedModel.open(try scratch.write("a", safetensors("{}")))
    #expect(empty.source.tensors.isEmpty)
    let padded = try OpenedModel.open(try scratch.write("b", safetensors("{}      ")))
    #expect(padded.source.tensors.isEmpty)
    let header =
      "{\"b\":\(Self.entry("\"U8\"", "[2]", "[4,6]")),\"__metadata__\":{\"format\":\"pt\"},"
      + "\"e\":\(Self.entry("\"F64\"", "[0,7]", "[6,6]")),\"a\":\(Self.entry("\"F32\"", "[]", "[0,4]"))}"
    let source = try SafetensorsSource(
      try InputFile(try scratch.write("c", safetensors(header, data: 6))))
    #expect(source.tensors.map(\.name) == ["a", "b", "e"])
    #expect(source.metadata["format"] == "pt")
    #expect(try source.bytes(0) == [0, 1, 2, 3])
    #expect(try source.bytes(1, range: 1..<2) == [5])
    #expect(try source.bytes(2) == [])
    #expect(failure { try source.bytes(1, range: 1..<3) }?.code == "internal.read-range")
  }

  @Test func twinsOfOneNameStayTwo() throws {
    // The same letter composed and decomposed: two names.
    let header =
      "{\"\u{e9}\":\(Self.entry("\"U8\"", "[1]", "[0,1]")),"
      + "\"e\u{301}\":\(Self.entry("\"U8\"", "[1]", "[1,2]"))}"
    let source = try SafetensorsSource(
      try InputFile(try Scratch.shared.write("twins", safetensors(header, data: 2))))
    #expect(source.tensors.count == 2)
  }
}
