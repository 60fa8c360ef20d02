import Foundation
import LFCore
import LFFiles
import TestSupport
import Testing

@Suite("Outputs that cannot be what was wanted")
struct OutputTests {
  private func content(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("A folder is not published over what appeared in the meantime")
  func lateFolders() throws {
    let scratch = try Scratch()
    for overwrite in [false, true] {
      let path = scratch("late-\(overwrite)")
      let folder = try OutputFolder(path, overwrite: overwrite, marker: "m")
      try folder.write([1], to: "m")
      // A file cannot be replaced by a folder, not even on request.
      try scratch.file("late-\(overwrite)", "mine")
      let error = #expect(throws: LFError.self) { try folder.publish() }
      #expect(error?.kind == .io)
      #expect(try content(path) == "mine")
    }
    let path = scratch("full")
    let folder = try OutputFolder(path, overwrite: false, marker: "m")
    try folder.write([1], to: "m")
    try scratch.write("full/other", "mine")
    let error = #expect(throws: LFError.self) { try folder.publish() }
    #expect(error?.code == "io.exists")
    folder.discard()
    #expect(scratch.names == ["full", "late-false", "late-true"])
    #expect(try content(path + "/other") == "mine")
  }

  @Test("With overwriting, a folder that appeared in the meantime is replaced as a whole")
  func replacedFolder() throws {
    let scratch = try Scratch()
    let folder = try OutputFolder(scratch("out"), overwrite: true, marker: "m")
    try folder.write([1], to: "deep/er/file")
    try folder.write([2], to: "deep/other")
    try scratch.write("out/old", "old")
    try folder.publish()
    #expect(scratch.names == ["out"])
    #expect(try Paths.entries(scratch("out")) == ["deep"])
    #expect(try Paths.entries(scratch("out/deep")) == ["er", "other"])
    // Nothing happens to what is published.
    folder.discard()
    #expect(scratch.names == ["out"])
  }

  @Test("An empty folder may be replaced; a file in its place may not")
  func markers() throws {
    let scratch = try Scratch()
    #expect(mkdir(scratch("empty"), 0o777) == 0)
    let folder = try OutputFolder(scratch("empty"), overwrite: true, marker: "m")
    try folder.write([1], to: "m")
    try folder.publish()
    #expect(try Paths.entries(scratch("empty")) == ["m"])
    try scratch.file("file", "mine")
    let error = #expect(throws: LFError.self) {
      try OutputFolder(scratch("file"), overwrite: true, marker: "m")
    }
    #expect(error?.code == "io.exists")
    let other = #expect(throws: LFError.self) {
      try OutputFile(scratch("empty"), overwrite: true)
    }
    #expect(other?.code == "io.exists")
  }

  @Test("What cannot be made is an error, and leaves nothing")
  func impossible() throws {
    let scratch = try Scratch()
    for path in ["missing/out", "missing/deeper/out"] {
      let folder = #expect(throws: LFError.self) {
        try OutputFolder(scratch(path), overwrite: false, marker: "m")
      }
      #expect(folder?.code == "io.not-found")
      let file = #expect(throws: LFError.self) {
        try OutputFile(scratch(path), overwrite: true)
      }
      #expect(file?.code == "io.not-found")
    }
    // A name that no file system takes.
    let long = String(repeating: "n", count: 300)
    #expect(throws: LFError.self) { try OutputFile(scratch(long), overwrite: false) }
    #expect(throws: LFError.self) {
      try OutputFolder(scratch(long), overwrite: false, marker: "m")
    }
    let folder = try OutputFolder(scratch("out"), overwrite: false, marker: "m")
    try folder.write([1], to: "a")
    #expect(throws: LFError.self) { try folder.write([1], to: "a/b") }
    #expect(throws: LFError.self) { try folder.write([1], to: "a") }
    folder.discard()
    // The folder that it was to be moved to is gone.
    #expect(mkdir(scratch("parent"), 0o777) == 0)
    let moved = try OutputFolder(scratch("parent/out"), overwrite: false, marker: "m")
    try FileManager.default.removeItem(atPath: scratch("parent"))
    #expect(#expect(throws: LFError.self) { try moved.publish() }?.code == "io.not-found")
    #expect(scratch.names.isEmpty)
  }

  @Test("A file may be written out of order, cut, and synced in the background")
  func writingOutOfOrder() throws {
    let scratch = try Scratch()
    let file = try OutputFile(scratch("out"), overwrite: false)
    try file.write(Array("world".utf8).span.bytes, at: 6)
    try file.write(Array("hello ".utf8).span.bytes, at: 0)
    try file.append(Array("!!!".utf8))
    #expect(file.byteCount == 14)
    try file.truncate(to: 12)
    #expect(file.byteCount == 12)
    try file.append([])
    file.beginSync()
    try file.finish()
    try file.finish()
    // Closed: nothing can be written any more.
    #expect(throws: LFError.self) { try file.append([1]) }
    #expect(throws: LFError.self) { try file.truncate(to: 0) }
    try file.publish()
    #expect(try content(scratch("out")) == "hello world!")
  }
}

@Suite("Paths, streams and the machine")
struct SystemTests {
  @Test("Paths are taken apart as the shell does it")
  func paths() throws {
    #expect(Paths.name("/a/b/") == "b" && Paths.name("b") == "b" && Paths.name("/") == "/")
    #expect(Paths.folder("/a/b//") == "/a" && Paths.folder("b") == "." && Paths.folder("/b") == "/")
    #expect(Paths.join("a", "b") == "a/b" && Paths.join("a/", "b") == "a/b")
    #expect(Paths.join("a", "/b") == "/b")
    let scratch = try Scratch()
    #expect(Paths.kind(scratch.path) == .folder && Paths.kind("/dev/null") == .other)
    #expect(Paths.kind(scratch("x")) == .missing && Paths.resolved(scratch("x")) == nil)
    #expect(symlink("nowhere", scratch("dangling")) == 0)
    #expect(Paths.exists(scratch("dangling")) && Paths.kind(scratch("dangling")) == .missing)
    #expect(#expect(throws: LFError.self) { try Paths.entries(scratch("x")) }?.kind == .io)
  }

  @Test("Failed system calls have a code, the reason, and a hint where one helps")
  func systemErrors() {
    #expect(LFError.system("cannot open", "f", errno: ENOENT).code == "io.not-found")
    let full = LFError.system("cannot write", "f", errno: ENOSPC)
    #expect(full.code == "io.failed" && full.hint?.contains("space") == true)
    #expect(LFError.system("a", "f", errno: EACCES).hint?.contains("permissions") == true)
    #expect(LFError.system("a", "f", errno: EIO).hint == nil)
  }

  @Test("Temporary folders appear and go")
  func temporaryFolders() throws {
    let path = try TemporaryFolder.make()
    #expect(Paths.kind(path) == .folder)
    try Data([1]).write(to: URL(filePath: path + "/file"))
    TemporaryFolder.remove(path)
    #expect(!Paths.exists(path))
  }

  @Test("Only folders contain files")
  func containedFolders() throws {
    let scratch = try Scratch()
    try scratch.file("file")
    #expect(mkdir(scratch("folder"), 0o777) == 0)
    for path in ["file", "missing"] {
      let error = #expect(throws: LFError.self) { try ContainedFolder(scratch(path)) }
      #expect(error?.code == "io.not-a-folder")
    }
    let folder = try ContainedFolder(scratch.path)
    #expect(try folder.entries() == ["file", "folder"])
    #expect(folder.contains("file") && !folder.contains("folder") && !folder.contains("x"))
    #expect(#expect(throws: LFError.self) { try folder.open("x") }?.code == "io.not-found")
  }

  @Test("Files beyond a limit are not read whole")
  func limits() throws {
    let scratch = try Scratch()
    let file = try InputFile(try scratch.file("a", "0123456789"))
    #expect(try file.contents(limit: 10).count == 10)
    let error = #expect(throws: LFError.self) { try file.contents(limit: 9) }
    #expect(error?.code == "io.too-large")
  }

  @Test("The machine has processors, memory and an environment")
  func machine() throws {
    #expect(Machine.coreCount >= 1)
    #expect(Machine.peakMemory > 1 << 20)
    #expect(Machine.environment("PATH") != nil)
    #expect(Machine.environment("LFCONV_NO_SUCH_VARIABLE") == nil)
    try StandardStreams.output("")
    StandardStreams.error("")
    _ = StandardStreams.errorIsTerminal
    _ = StandardStreams.outputIsTerminal
  }
}
