import Foundation
import LFConversion
import LFCore
import LFTools
import TestSupport
import Testing

@Suite("Checking checksums")
struct ModelCheckTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func damage(_ path: String, at place: Int) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[place] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test("A container: every chunk, and what is in it", arguments: [1, 3])
  func container(threads: Int) throws {
    let source = Repository.golden("roberta-masked-lm-three-windows") + "/source"
    let path = scratch("a.lfz")
    _ = try Converter(.sameArchitecture, source: source, output: path).run()
    let check = try ModelCheck(path, threads: threads)
    #expect(check.format == "lfz" && check.path == path)
    #expect(check.tensors == 58 && check.files == 6)
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(check.fileBytes == size)
    #expect(check.json["intact"] == true && check.json["tensors"] == 58)
    try damage(path, at: 64 + 500)
    let error = failure { try ModelCheck(path, threads: threads) }
    #expect(error?.code == "lfz.chunk-checksum" && error?.location.file == path)
    #expect(error?.kind == .refused)
  }

  @Test("An archive of PyTorch: the CRC-32 of every member")
  func archive() throws {
    let name = Repository.golden("pytorch-bin-zip") + "/source/pytorch_model.bin"
    let check = try ModelCheck(name, threads: 2)
    #expect(check.format == "PyTorch zip" && check.checksums.contains("CRC-32"))
    #expect(check.tensors == 45)
    // The value of a tensor: members are stored, so that nothing else notices.
    let path = try scratch.copy(name, as: "a.bin")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let member = try #require(bytes.firstRange(of: Data("/data/0".utf8)))
    try damage(path, at: member.upperBound + 200)
    let error = failure { try ModelCheck(path, threads: 2) }
    #expect(error?.code == "zip.checksum", "\(error.map(\.description) ?? "intact")")
    #expect(error?.location.entry?.hasSuffix("data/0") == true)
  }

  @Test(
    "A format without checksums is not called intact",
    arguments: ["pad-zero", "fairseq-legacy-pickle"])
  func none(name: String) {
    let error = failure {
      try ModelCheck(Repository.golden(name) + "/source", threads: 1)
    }
    #expect(error?.code == "check.no-checksums" && error?.kind == .unsupported)
    #expect(error?.hint?.contains(".lfz") == true)
  }

  @Test("What cannot be opened is not checked")
  func missing() {
    #expect(failure { try ModelCheck(scratch("nowhere"), threads: 1) }?.kind == .io)
  }
}
