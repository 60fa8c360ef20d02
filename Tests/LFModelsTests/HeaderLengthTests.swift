import Foundation
import LFFiles
import TestSupport
import Testing

@testable import LFModels

/// A safetensors file is one, whatever the length of its header and its last bytes
/// look like.
@Suite("Safetensors that look like other formats")
struct HeaderLengthTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// A file with a header of a length: one tensor of 8 float32 values, filled up with
  /// spaces as the format allows.
  private func file(_ length: Int, end: [UInt8] = []) -> [UInt8] {
    let header = #"{"x":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}"#
    let bytes = safetensors(
      header + String(repeating: " ", count: length - header.utf8.count), data: 32)
    return bytes.dropLast(end.count) + end
  }

  private static let suspicious =
    // Bytes of a pickle of each protocol, in one byte and in two and three more.
    [2, 3, 4, 5].flatMap { protocolNumber in
      [0, 1, 2, 16].map { 0x80 + protocolNumber << 8 + $0 << 16 }
    }

  @Test(
    "Every length of a header is told as what it is",
    arguments: ["m.safetensors", "m", "m.tensors"])
  func everyLength(name: String) throws {
    let plain = try FileProbe(InputFile(try scratch.write("plain.safetensors", file(100))))
    let wanted = ModelFormat.all.firstIndex { $0.matches(plain) }
    let path = try scratch.write(name, file(64))
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    // "PK" with the numbers of a local header, "PK" alone, and lengths around them.
    let large = [0x0403_4B50, 0x4B50, 0x0403_4B50 - 1, 0x0503_4B50, 99_999_990]
    for length in Array(2...66_600) + Self.suspicious + large {
      var start: [UInt8] = []
      start.append(littleEndian: UInt64(length))
      try handle.seek(toOffset: 0)
      try handle.write(contentsOf: Data(start + [UInt8(ascii: "{")]))
      try handle.truncate(atOffset: UInt64(8 + length + 32))
      let probe = try FileProbe(InputFile(path))
      let found = ModelFormat.all.firstIndex { $0.matches(probe) }
      guard found == wanted else {
        Issue.record("a header of \(length) bytes in \(name)")
        return
      }
    }
  }

  @Test("Files that begin like a pickle are read", arguments: suspicious)
  func pickleStart(length: Int) throws {
    for name in ["m.safetensors", "m"] {
      let path = try scratch.write(name, file(length))
      let opened = try OpenedModel.open(path)
      #expect(opened.format == "safetensors" && opened.source.tensors.map(\.name) == ["x"])
      let shown = try Program.run(["inspect", path])
      #expect(shown.exitCode == 0 && shown.output.contains("(safetensors)"), "\(shown.errors)")
    }
    // A name that says pickle decides the other way.
    let path = try scratch.write("m.bin", file(length))
    #expect(failure { try OpenedModel.open(path) }?.code.hasPrefix("pickle.") == true)
  }

  @Test("Files that end like an archive, or look like a tar, are read")
  func archiveEnd() throws {
    let end: [UInt8] = Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18)
    for name in ["m.safetensors", "m"] {
      let opened = try OpenedModel.open(try scratch.write(name, file(200, end: end)))
      #expect(opened.format == "safetensors")
    }
    #expect(
      failure { try OpenedModel.open(try scratch.write("m.pt", file(200, end: end))) }?
        .code.hasPrefix("zip.") == true)
    // The word of a tar at its place, in the header's padding for a name.
    let pad = String(repeating: "n", count: 257 - 8 - 2)
    let header =
      "{\"\(pad)ustar\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
    let bytes = safetensors(header, data: 4)
    #expect(Array(bytes[257..<262]) == Array("ustar".utf8))
    let opened = try OpenedModel.open(try scratch.write("m.safetensors", bytes))
    #expect(opened.format == "safetensors")
  }
}
