import Foundation
import TestSupport
import Testing

/// Every hint is followed once, on the built program: a command fails and gives
/// the hint, and the command of who does what it says ends as it should.
@Suite("Hints")
struct HintTests {
  /// A hint and what following it means.
  struct Followed: Sendable, CustomTestStringConvertible {
    /// The command that fails. `$S` is a folder with what `HintFixtures` makes,
    /// `$G` that of the golden cases, `$C` that of the corpora.
    let command: String
    /// The hint in full.
    let hint: String
    /// The command of who follows it, or several with " ; " between them.
    let follows: String
    /// How that ends.
    let exit: Int32
    let environment: [String: String]
    /// That of the command that follows.
    let then: [String: String]

    init(
      _ command: String, _ hint: String, _ follows: String, exit: Int32 = 0,
      environment: [String: String] = [:], then: [String: String] = [:]
    ) {
      (self.command, self.hint, self.follows) = (command, hint, follows)
      (self.exit, self.environment, self.then) = (exit, environment, then)
    }

    var testDescription: String { command + " → " + follows }
  }

  /// A hint that no command line can bring about, and why.
  struct Unreachable: Sendable {
    let hint: String
    let why: String
  }

  private func run(
    _ command: String, _ scratch: Scratch, _ environment: [String: String]
  ) throws -> Program.Result {
    let words = command.split(separator: " ").map {
      String($0).replacing("$S", with: scratch.path).replacing("$G", with: Repository.golden)
        .replacing("$C", with: Repository.root + "/Tests/Corpora")
    }
    return try Program.run(words, in: scratch.path, environment: environment)
  }

  /// The hint of a failure, wherever the command prints it.
  private func hint(_ result: Program.Result) -> String? {
    if let error = result.json["error"] as? [String: Any] {
      // Behind a message about an option, which the parser of options makes one with it.
      let parts = (error["message"] as? String)?.components(separatedBy: "]; ") ?? []
      return error["hint"] as? String ?? parts.dropFirst().last
    }
    return (result.json["cases"] as? [[String: Any]])?.first?["hint"] as? String
  }

  /// Real checkpoints, where the environment says that they are there.
  private static let antiBERTy = Repository.realCheckpoints
    .map { $0 + "/antiberty" }
    .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }

  @Test(
    "AntiBERTy's own heads are refused with a hint that leads on",
    .enabled(if: antiBERTy != nil, "the package antiberty is not there"))
  func realModel() throws {
    let scratch = try Scratch()
    let command = [
      "roberta-to-longformer", try #require(Self.antiBERTy), "-o", scratch("a.lfz"),
      "--attention-window", "64", "--max-positions", "1000",
    ]
    let refused = try Program.run(command + ["--json"])
    #expect(refused.exitCode == 2)
    #expect(hint(refused)?.contains("--key bert. takes the encoder alone") == true)
    let followed = try Program.run(command + ["--key", "bert."])
    #expect(followed.exitCode == 0, "\(followed.errors)")
  }

  @Test("A hint that is followed leads on", arguments: HintRows.all)
  func follow(row: Followed) throws {
    let scratch = try HintFixtures.shared.get()
    let failed = try run(row.command + " --json", scratch, row.environment)
    #expect(![0, 1].contains(failed.exitCode) && !failed.wasSignalled, "\(failed.output)")
    let hint = hint(failed)?.replacing(scratch.path, with: "$S")
    #expect(hint == row.hint, "\(failed.output)")
    for command in row.follows.components(separatedBy: " ; ") {
      let followed = try run(command, scratch, row.then)
      #expect(followed.exitCode == row.exit, "\(followed.errors)\(followed.output)")
    }
  }

  @Test("Every hint in the sources is one of these, or cannot be brought about")
  func complete() throws {
    let literals = try HintLiterals.all()
    #expect(literals.count > 40)
    let known = HintRows.all.map(\.hint) + HintRows.unreachable.map(\.hint)
    for literal in literals {
      #expect(
        known.contains(where: literal.matches),
        "\(literal.place): nobody has followed \"\(literal.pieces.joined(separator: "…"))\"")
    }
    for unreachable in HintRows.unreachable {
      #expect(literals.contains { $0.matches(unreachable.hint) }, "\(unreachable.hint) is gone")
    }
  }

  @Test("The search of the sources finds hints however they are written")
  func search() {
    let source = #"""
      throw .refused("a.b", expected: "something else", found: "x", hint: "give another name")
        hint: isSmall
          ? "say \(printable("quoted, text", limit: 3)) with --key" : wanted, found: "not this one")
      private static func ownHint(_ source: Source) -> String? {
        var text = "names here begin"
        return text
      }
      // hint: "a comment is no hint"
      if let hint = result.hint { text += "<p class=\"of the page\"></p>" }
      static let pageHint =
        "a server's message"
      """#
    let found = HintLiterals.literals(of: source, "x").map { $0.pieces.joined(separator: "…") }
    #expect(
      found == [
        "give another name", "say … with --key", "names here begin", "a server's message",
      ])
    let literal = HintLiterals.Literal(pieces: ["say ", " with --key"], place: "")
    #expect(literal.matches("please say a.b with --key now"))
    #expect(!literal.matches("say a.b") && !literal.matches(" with --key say "))
  }
}
