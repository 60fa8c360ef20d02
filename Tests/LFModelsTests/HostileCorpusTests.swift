import Foundation
import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

/// The catalogue of broken and hostile files: each is a right one with one
/// thing wrong, and says which answer it must get.
@Suite("Hostile files")
struct HostileCorpusTests {
  private static let root = Refusal.corpora

  /// The kinds that are judged without knowing a model.
  static let kinds = ["safetensors", "zip", "index", "pytorch"]

  static let invalid = kinds.flatMap { kind in Refusal.names(kind, "invalid").map { (kind, $0) } }
  static let valid = kinds.flatMap { kind in Refusal.names(kind, "valid").map { (kind, $0) } }

  @Test("The catalogue is complete", arguments: kinds)
  func complete(kind: String) throws {
    #expect(Set(try Refusal.all(kind).keys) == Set(Refusal.names(kind, "invalid")))
    #expect(Refusal.names(kind, "valid").count >= 3)
  }

  @Test("Each is refused for its own reason", arguments: invalid)
  func refused(kind: String, name: String) throws {
    let path = "\(Self.root)/\(kind)/invalid/\(name)"
    let error = try #require(
      #expect(throws: LFError.self) { try Self.readEverything(path) }, "\(name) was accepted")
    let answer = try #require(try Refusal.all(kind)[name])
    #expect(answer.differences(from: error) == [])
    #expect(error.location.file != nil)
  }

  @Test("Their right neighbours are read", arguments: valid)
  func accepted(kind: String, name: String) throws {
    try Self.readEverything("\(Self.root)/\(kind)/valid/\(name)")
  }

  @Test("A pipe in a shard's place is refused, and nobody waits for it")
  func pipe() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "lfconv-pipe-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: Self.root + "/index/valid/plain", toPath: folder)
    let part = folder + "/two.safetensors"
    try FileManager.default.removeItem(atPath: part)
    let made = Process()
    made.executableURL = URL(filePath: "/usr/bin/mkfifo")
    made.arguments = [part]
    try made.run()
    made.waitUntilExit()
    try #require(made.terminationStatus == 0)
    let error = #expect(throws: LFError.self) { try OpenedModel.open(folder) }
    #expect(error?.kind == .refused || error?.kind == .io, "\(String(describing: error))")
    try FileManager.default.removeItem(atPath: part)
    try FileManager.default.createSymbolicLink(atPath: part, withDestinationPath: "/dev/zero")
    let device = #expect(throws: LFError.self) { try OpenedModel.open(folder) }
    #expect(device?.code == "io.unsafe-path", "\(String(describing: device))")
  }

  @Test("More tensors than any model has are refused, at no great cost")
  func manyTensors() throws {
    let entries = (0...65_536).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }
    let header = Array(("{" + entries.joined(separator: ",") + "}").utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let folder = try Scratch()
    let path = try folder.write("many.safetensors", length + header)
    let error = #expect(throws: LFError.self) { try OpenedModel.open(path) }
    #expect(error?.code == "safetensors.tensor-count")
  }

  private static func readEverything(_ path: String) throws(LFError) {
    let checkpoint = try OpenedModel.open(path)
    for index in checkpoint.source.tensors.indices { _ = try checkpoint.source.bytes(index) }
    try checkpoint.checksums?.verify(1)
  }
}
