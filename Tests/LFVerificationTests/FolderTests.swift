import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

@Suite("Finding golden cases")
struct FolderTests {
  private let scratch: Scratch

  /// Cases at several depths, and what is none.
  init() throws {
    scratch = try Scratch()
    for path in [
      "Golden/cases/b", "Golden/cases/a", "Golden/c", "Golden/a/deep/est", "Golden/a/deep/too/far",
      "Golden/.hidden/d", "Golden/cases/.e", "Golden/cases/a/source", "Elsewhere/f",
    ] {
      try scratch.write(path + "/case.json", "{}")
    }
    try FileManager.default.removeItem(atPath: scratch("Golden/cases/a/source/case.json"))
    try scratch.write("Golden/tools/generate.py", "")
    try scratch.write("Golden/PROVENANCE.md", "")
    for (link, target) in [("Golden/cases/linked", "Elsewhere/f"), ("Golden/more", "Elsewhere")] {
      try FileManager.default.createSymbolicLink(
        atPath: scratch(link), withDestinationPath: scratch(target))
    }
  }

  @Test("Folders of folders are searched three deep, without links, hidden ones and cases' own")
  func depth() throws {
    let found = try GoldenCase.folders(at: [scratch("Golden")])
    #expect(
      found.map { $0.dropFirst(scratch("Golden/").count) } == [
        "a/deep/est", "c", "cases/a", "cases/b",
      ])
    #expect(
      try GoldenCase.folders(at: [scratch("Golden/a")]).count == 2, "one deeper from one deeper")
  }

  @Test("A path that a user names is followed, be it a link or hidden, in the order given")
  func named() throws {
    let paths = ["Golden/more", "Golden/cases/linked", "Golden/.hidden", "Golden/cases/a"]
      .map(scratch.callAsFunction)
    #expect(
      try GoldenCase.folders(at: paths) == [
        paths[0] + "/f", paths[1], paths[2] + "/d", paths[3],
      ])
  }

  @Test("A folder in which nothing is found is refused, and so are files and nothing")
  func nothing() throws {
    func code(_ path: String) -> String? { failure { try GoldenCase.folders(at: [path]) }?.code }
    #expect(code(scratch("Golden/tools")) == "golden.none")
    #expect(code(scratch("Golden/PROVENANCE.md")) == "golden.none")
    #expect(code(scratch("nowhere")) == "io.not-found")
    // One good path does not make up for an empty one.
    #expect(
      failure { try GoldenCase.folders(at: [scratch("Golden"), scratch("Golden/tools")]) }?.code
        == "golden.none")
  }

  @Test("The repository's cases are found from the folder that users type")
  func repository() throws {
    let root = Repository.root + "/Golden"
    #expect(
      try GoldenCase.folders(at: [root]) == Repository.goldenNames.map(Repository.golden))
  }
}
