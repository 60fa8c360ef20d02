import Foundation
import TestSupport
import Testing

/// What real shells offer after the program's own completion script.
@Suite("Completion")
struct CompletionTests {
  private let scratch: Scratch

  /// A folder with a file of every kind, two folders, and the scripts.
  init() throws {
    scratch = try Scratch()
    for name in [
      "out.lfz", "notes.txt", "page.html", "junit.xml", "config.json", "ids.safetensors",
      "picture.svg", "my model.lfz",
    ] {
      try scratch.file(name)
    }
    for name in ["outer", "Golden"] { try scratch.write(name + "/.keep", "") }
    for shell in ["bash", "zsh", "fish"] {
      let script = try Program.run(["--generate-completion-script", shell])
      #expect(script.exitCode == 0)
      try scratch.write("scripts/\(shell == "zsh" ? "_lfconv" : shell)", script.output)
    }
    // A shell calls the program by its name.
    try FileManager.default.createSymbolicLink(
      atPath: scratch("scripts/lfconv"), withDestinationPath: Program.path)
  }

  /// A line that a user has typed, the words that have to be offered, and some that
  /// must not.
  struct Call: CustomTestStringConvertible {
    let line: String
    let offered: [String]
    var refused: [String] = []
    var testDescription: String { line }
  }

  static let calls: [Call] = [
    Call(line: "insp", offered: ["inspect"], refused: ["verify"]),
    Call(line: "golden ", offered: ["record"]),
    Call(line: "inspect ou", offered: ["out.lfz", "outer"], refused: ["notes.txt"]),
    Call(line: "inspect ", offered: ["out.lfz", "outer", "notes.txt"]),
    Call(line: "convert outer -o ", offered: ["out.lfz", "outer"]),
    Call(line: "roberta-to-longformer outer -o ", offered: ["out.lfz", "outer"]),
    Call(line: "diff out.lfz ", offered: ["out.lfz", "outer"]),
    Call(line: "check ", offered: ["out.lfz"]),
    Call(line: "bench ou", offered: ["out.lfz", "outer"]),
    Call(line: "verify ", offered: ["Golden", "outer"], refused: ["notes.txt"]),
    Call(line: "verify Golden --html ", offered: ["page.html", "outer"], refused: ["notes.txt"]),
    Call(line: "verify Golden --junit ", offered: ["junit.xml"], refused: ["page.html"]),
    Call(line: "verify Golden --model ", offered: ["out.lfz", "outer"]),
    Call(line: "inspect out.lfz --config ", offered: ["config.json"], refused: ["notes.txt"]),
    Call(
      line: "golden record out.lfz --inputs ", offered: ["ids.safetensors"],
      refused: ["notes.txt"]),
    Call(line: "golden record out.lfz -o ", offered: ["Golden", "outer"], refused: ["notes.txt"]),
    Call(line: "draw outer -o ", offered: ["picture.svg", "outer"], refused: ["notes.txt"]),
    Call(line: "evaluate out.lfz --inputs ", offered: ["ids.safetensors"]),
    Call(line: "evaluate out.lfz --text ", offered: ["notes.txt"]),
    Call(line: "compare-attention out.lfz --html ", offered: ["page.html"]),
    Call(line: "tokenize out.lfz --text ", offered: ["notes.txt"]),
    Call(line: "convert out.lfz --dtype ", offered: ["keep", "f32", "f16", "bf16"]),
    Call(line: "convert out.lfz --compression ", offered: ["none", "fast", "default"]),
    Call(line: "inspect --ten", offered: ["--tensors"]),
    Call(line: "diff --", offered: ["--json"], refused: ["--force", "--threads"]),
  ]

  private static func shell(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"].map { $0 + name }
      .first(where: FileManager.default.isExecutableFile)
  }

  private func run(_ shell: String, _ arguments: [String]) throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let result = try Program.run(
      arguments, program: shell, in: scratch.path,
      environment: [
        "PATH": scratch("scripts") + ":" + path, "HOME": scratch.path, "TERM": "xterm",
      ])
    return result.output
  }

  private func check(_ call: Call, _ offers: [String], _ shell: String) {
    // Some shells end a folder's name with a slash.
    let words = Set(offers.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 })
    for word in call.offered {
      #expect(words.contains(word), "\(shell): \(call.line)\(word) is not in \(words.sorted())")
    }
    for word in call.refused { #expect(!words.contains(word), "\(shell): \(call.line)\(word)") }
  }

  @Test("bash", .enabled(if: shell("bash") != nil, "no bash"), arguments: calls)
  func bash(call: Call) throws {
    let words =
      ["lfconv"]
      + call.line.split(separator: " ", omittingEmptySubsequences: false)
      .map(String.init)
    let script = """
      source scripts/bash
      complete -p lfconv >/dev/null || exit 1
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
      function=$(complete -p lfconv | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
      "$function" lfconv "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let bash = try #require(Self.shell("bash"))
    let output = try run(bash, ["--norc", "--noprofile", "-c", script, "bash"] + words)
    check(call, output.split(separator: "\n").map(String.init), "bash")
  }

  @Test("fish", .enabled(if: shell("fish") != nil, "no fish"), arguments: calls)
  func fish(call: Call) throws {
    let fish = try #require(Self.shell("fish"))
    let output = try run(
      fish,
      ["--no-config", "-c", "source scripts/fish; complete -C \"lfconv $argv[1]\"", call.line])
    // A description stands behind a tabulator.
    let words = output.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
    check(call, words.map(String.init), "fish")
  }

  /// zsh completes on a terminal alone: one zsh types into another.
  @Test("zsh", .enabled(if: shell("zsh") != nil, "no zsh"), arguments: calls)
  func zsh(call: Call) throws {
    let script = #"""
      zmodload zsh/zpty
      zpty shell "exec zsh -f -i"
      send() { zpty -w shell "$1" }
      send "PROMPT= PROMPT2= RPROMPT="
      send "fpath=($PWD/scripts \$fpath); autoload -Uz compinit && compinit -u -D"
      send "setopt no_list_beep; LISTMAX=0"
      # What is offered is written down, except where the shell asks itself something.
      send "compadd() { [[ \${@[1,(i)(-|--)]} == *-[OAD]* ]] && { builtin compadd \"\$@\"; return }; \
        local -a words; builtin compadd -A words \"\$@\"; print -rl -- OFFER:\$^words >> offers; \
        builtin compadd \"\$@\" }"
      send "offers() { _main_complete; print done >> offers }"
      send "zle -C offers complete-word offers; bindkey '^X' offers; print yes > ready"
      for i in {1..600}; do [[ -s ready ]] && break; sleep 0.05; done
      zpty -n -w shell "lfconv $1"$'\x18'
      for i in {1..600}; do
        [[ -s offers && "$(tail -n1 offers)" == done ]] && break
        sleep 0.05
      done
      cat offers
      zpty -d shell
      """#
    let zsh = try #require(Self.shell("zsh"))
    let output = try run(zsh, ["-f", "-c", script, "zsh", call.line])
    let words = output.split(separator: "\n").filter { $0.hasPrefix("OFFER:") }
      .map { String($0.dropFirst(6)) }
    check(call, words, "zsh")
  }
}
