import Foundation
import LFCore
import LFFiles
import TestSupport
import Testing

@Suite("Files")
struct FileIOTests {
  @Test("Folders, pipes and devices are no input files")
  func onlyRegularFiles() throws {
    let scratch = try Scratch()
    #expect(throws: LFError.self) { try InputFile(scratch.path) }
    #expect(throws: LFError.self) { try InputFile("/dev/zero") }
    let pipe = scratch.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let error = #expect(throws: LFError.self) { try InputFile(pipe) }
    #expect(error?.code == "io.not-regular")
    #expect(#expect(throws: LFError.self) { try InputFile(scratch.path + "/x") }?.kind == .io)
  }

  @Test("Reading past the end is an error with the offset")
  func truncated() throws {
    let scratch = try Scratch()
    let file = try InputFile(try scratch.file("a", "0123456789"))
    #expect(try file.bytes(at: 2, count: 3) == Array("234".utf8))
    for (offset, count) in [(8, 3), (11, 0), (-1, 1), (0, -1), (1, Int.max)] {
      let error = #expect(throws: LFError.self) { try file.bytes(at: offset, count: count) }
      #expect(error?.code == "io.truncated")
    }
  }

  /// FIPS 180-2, appendix B, and RFC 6234's empty message.
  @Test(
    "SHA-256 is the standard's",
    arguments: [
      ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      ("aaaaaaaa", 125_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func sha256(text: String, count: Int, expected: String) throws {
    let scratch = try Scratch()
    let file = try InputFile(try scratch.file("a", String(repeating: text, count: count)))
    #expect(try file.sha256().map { String(format: "%02x", $0) }.joined() == expected)
  }

  @Test(
    "Names that lead out of a folder are refused",
    arguments: ["../a", "/etc/passwd", "a/../../b", "a\\b", "", ".", "a//b", "a/", "x\u{0}y"])
  func unsafeNames(name: String) throws {
    let scratch = try Scratch()
    _ = try scratch.file("a")
    let error = #expect(throws: LFError.self) { try ContainedFolder(scratch.path).open(name) }
    #expect(error?.code == "io.unsafe-path" || error?.code == "io.not-found")
    #expect(name.isEmpty || name == "a/" || error?.code == "io.unsafe-path")
  }

  @Test("Links out of a folder are refused, links inside it and those of the cache are not")
  func links() throws {
    let scratch = try Scratch()
    let outside = try scratch.file("outside", "secret")
    let manager = FileManager.default
    let folder = scratch.path + "/model"
    try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try manager.createSymbolicLink(atPath: folder + "/bad", withDestinationPath: outside)
    try Data("in".utf8).write(to: URL(fileURLWithPath: folder + "/real"))
    try manager.createSymbolicLink(atPath: folder + "/good", withDestinationPath: "real")
    let contained = try ContainedFolder(folder)
    #expect(#expect(throws: LFError.self) { try contained.open("bad") }?.code == "io.unsafe-path")
    #expect(try contained.open("good").byteCount == 2)

    let snapshot = scratch.path + "/cache/snapshots/abc"
    try manager.createDirectory(atPath: snapshot, withIntermediateDirectories: true)
    try manager.createDirectory(
      atPath: scratch.path + "/cache/blobs", withIntermediateDirectories: true)
    try Data("blob".utf8).write(to: URL(fileURLWithPath: scratch.path + "/cache/blobs/1"))
    try manager.createSymbolicLink(atPath: snapshot + "/w", withDestinationPath: "../../blobs/1")
    try manager.createSymbolicLink(atPath: snapshot + "/b", withDestinationPath: outside)
    #expect(try ContainedFolder(snapshot).open("w").byteCount == 4)
    #expect(throws: LFError.self) { try ContainedFolder(snapshot).open("b") }
  }

  @Test("An output appears complete, or not at all")
  func outputFile() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/out"
    do {
      let file = try OutputFile(path, overwrite: false)
      try file.append(Array("half".utf8))
      #expect(scratch.names.count == 1 && !scratch.names.contains("out"))
    }
    #expect(scratch.names.isEmpty)
    let file = try OutputFile(path, overwrite: false)
    try file.append(Array("whole".utf8))
    try file.publish()
    #expect(scratch.names == ["out"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "whole")
  }

  @Test("An older output is kept unless it is to be replaced")
  func noClobber() throws {
    let scratch = try Scratch()
    let path = try scratch.file("out", "old")
    let error = #expect(throws: LFError.self) { try OutputFile(path, overwrite: false) }
    #expect(error?.code == "io.exists")
    #expect(error?.kind == .io)
    let late = try OutputFile(scratch.path + "/late", overwrite: false)
    _ = try scratch.file("late", "came first")
    #expect(throws: LFError.self) { try late.publish() }
    late.discard()
    #expect(try String(contentsOfFile: scratch.path + "/late", encoding: .utf8) == "came first")
    let file = try OutputFile(path, overwrite: true)
    try file.append(Array("new".utf8))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    try file.publish()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    #expect(scratch.names == ["late", "out"])
  }

  @Test("A folder is replaced as a whole, and only an earlier output")
  func outputFolder() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/out"
    let first = try OutputFolder(path, overwrite: false, marker: "config.json")
    try first.write(Array("1".utf8), to: "config.json")
    try first.write(Array("x".utf8), to: "inner/old")
    try first.publish()
    #expect(throws: LFError.self) {
      try OutputFolder(path, overwrite: false, marker: "config.json")
    }
    do {
      let failed = try OutputFolder(path, overwrite: true, marker: "config.json")
      try failed.write(Array("2".utf8), to: "config.json")
    }
    #expect(try String(contentsOfFile: path + "/config.json", encoding: .utf8) == "1")
    let second = try OutputFolder(path, overwrite: true, marker: "config.json")
    try second.write(Array("2".utf8), to: "config.json")
    try second.publish()
    #expect(try String(contentsOfFile: path + "/config.json", encoding: .utf8) == "2")
    #expect(!FileManager.default.fileExists(atPath: path + "/inner"))
    #expect(scratch.names == ["out"])

    let documents = scratch.path + "/documents"
    try FileManager.default.createDirectory(
      atPath: documents, withIntermediateDirectories: true)
    _ = try scratch.file("documents/letter", "dear")
    #expect(throws: LFError.self) {
      try OutputFolder(documents, overwrite: true, marker: "config.json")
    }
    #expect(scratch.names == ["documents", "out"])
  }
}
