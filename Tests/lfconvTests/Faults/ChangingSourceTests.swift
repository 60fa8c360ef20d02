import Foundation
import TestSupport
import Testing

@Suite("Sources that change while they are read", .serialized)
struct ChangingSourceTests {
  private typealias Restricted = RestrictedProgram

  /// What happens to a file.
  enum Change: String, CaseIterable, Sendable {
    case flipped, cut, grown, replaced, removed, touched

    func apply(to path: String) throws {
      let size = try #require(
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64)
      let file = try #require(FileHandle(forUpdatingAtPath: path))
      switch self {
      case .flipped:
        try file.seek(toOffset: size - 1000)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: size - 1000)
        try file.write(contentsOf: Data([byte ^ 1]))
      case .cut: try file.truncate(atOffset: size / 2)
      case .grown:
        try file.seekToEnd()
        try file.write(contentsOf: Data(repeating: 0, count: 100))
      case .replaced:
        try FileManager.default.copyItem(atPath: path, toPath: path + ".new")
        #expect(rename(path + ".new", path) == 0)
      case .removed: #expect(unlink(path) == 0)
      case .touched: #expect(utimes(path, nil) == 0)
      }
    }
  }

  @Test(
    "A source that changes is the source's fault, and leaves nothing", arguments: Change.allCases)
  func changes(change: Change) throws {
    let isFolder = [.cut, .replaced, .removed].contains(change)
    for (output, more) in [isFolder ? ("folder", ["--no-check"]) : ("a.lfz", [])] {
      let scratch = try Scratch()
      let source = try scratch.copy(Restricted.source, as: "model")
      let process = try Restricted.start(
        Restricted.slow(scratch(output), from: source, positions: 400_000) + ["--json"] + more,
        in: scratch)
      #expect(
        Restricted.wait { !process.isRunning || !Restricted.temporaries(in: scratch.path).isEmpty })
      try change.apply(to: source + "/model.safetensors")
      process.waitUntilExit()
      let text = try String(contentsOfFile: scratch("log.out"), encoding: .utf8)
      #expect(process.terminationReason == .exit && process.terminationStatus == 4, "\(text)")
      #expect(text.contains("io.changed") && text.contains("changed while it was read"))
      #expect(scratch.names == ["log.err", "log.out", "model"])
    }
  }
}
