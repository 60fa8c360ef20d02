import LFCore
import LFFamilies
import Testing

@Suite("Names of attention patterns")
struct AttentionNameTests {
  private func rules(
    _ text: String, layers: Int = 2, heads: Int = 12
  ) throws -> [any AttentionRule] {
    try AttentionName(text).patterns(layers: layers, heads: heads).map(\.rule)
  }

  private func failure(_ body: () throws -> Void) -> LFError? {
    do {
      try body()
      return nil
    } catch { return error as? LFError }
  }

  @Test(
    "A name prints as it is read",
    arguments: [
      "full", "window:512", "window:4/8/16", "dilated:8:3", "blockwise:3", "bigbird:64:3",
      "lsh:64:4", "lsh-shared:64:1", "recurrence:512:0", "window:8+global:first",
      "blockwise:2+global:0,7,40", "lsh:4:2+global:5", "recurrence:8:16+global:first",
    ])
  func roundTrip(text: String) throws {
    #expect(try AttentionName(text).text == text)
  }

  @Test("Numbers have one spelling, and positions are in order and each once")
  func canonical() throws {
    #expect(try AttentionName("window:008+global:7,3,7").text == "window:8+global:3,7")
    #expect(try AttentionName("window:8+global:first").globals?.list == [0])
    #expect(try AttentionName("window:8").globals == nil)
  }

  @Test("A list keeps the commas of global positions with their pattern")
  func list() throws {
    let names = try AttentionName.list("full,window:8+global:1,4,blockwise:2+global:first,lsh:4:1")
    #expect(
      names.map(\.text) == [
        "full", "window:8+global:1,4", "blockwise:2+global:first", "lsh:4:1",
      ])
    #expect(failure { _ = try AttentionName.list("full,,window:8") } != nil)
    #expect(failure { _ = try AttentionName.list("full,7") } != nil)
  }

  @Test(
    "What is no name is a usage error",
    arguments: [
      "", ":", "+", "full:1", "window", "window:", "window:0", "window:7", "window:-2", "window:+2",
      "window:2 ", "window:8/", "window:8/3", "window:99999999999999999999", "window:16777218",
      "dilated:8", "dilated:8:0", "dilated:4/8:1", "blockwise:0", "blockwise:2:3", "bigbird:0:1",
      "bigbird:4:1025", "bigbird:4:1+global:first", "full+global:first", "lsh:0:1", "lsh:4:0",
      "lsh:4:65", "lsh-shared:4:1+global:first", "recurrence:0:4", "recurrence:4",
      "window:8+global", "window:8+global:", "window:8+global:-1", "window:8+global:1,",
      "window:8+global:first+global:first", "window:8+local:1", "Window:8",
      "window:8+global:99999999999999999999", "blockwize:2",
    ])
  func refused(text: String) {
    let error = failure { _ = try AttentionName(text) }
    #expect(error?.kind == .usage && error?.code == "attention.pattern", "\(text)")
  }

  @Test("A slip gets a suggestion, and its hint is a name")
  func suggestion() throws {
    #expect(failure { _ = try AttentionName("blokwise:2") }?.hint == "did you mean blockwise?")
    #expect(failure { _ = try AttentionName("windw:2") }?.hint == "did you mean window?")
    let hint = try #require(failure { _ = try AttentionName("performer") }?.hint)
    #expect(hint.contains("lsh-shared:CHUNK:ROUNDS") && hint.contains("recurrence:SEGMENT:MEMORY"))
  }

  @Test("What does not fit the model is a usage error")
  func model() throws {
    for (text, layers, heads) in [
      ("window:4/8", 3, 4), ("blockwise:4", 2, 2), ("blockwise:16777216", 2, 12),
    ] {
      let error = failure { _ = try AttentionName(text).patterns(layers: layers, heads: heads) }
      #expect(error?.kind == .usage && error?.code == "attention.pattern", "\(text)")
    }
    for text in ["full", "blockwise:2", "bigbird:4:1", "lsh:4:1"] {
      let error = failure {
        _ = try AttentionName(text).patterns(layers: 1, heads: 4, isCausal: true)
      }
      #expect(error?.code == "attention.pattern", "\(text)")
    }
  }

  @Test("Heads are divided 10:2 and 8:2:2 of twelve, and in proportion")
  func blockwiseHeads() throws {
    func shifts(_ blocks: Int, _ heads: Int) -> [Int]? {
      Blockwise(blocks: blocks, heads: heads)?.shifts
    }
    #expect(shifts(2, 12) == Array(repeating: 0, count: 10) + [1, 1])
    #expect(shifts(3, 12) == Array(repeating: 0, count: 8) + [1, 1, 2, 2])
    #expect(shifts(2, 16) == Array(repeating: 0, count: 14) + [1, 1])
    #expect(shifts(3, 4) == [0, 0, 1, 2])
    #expect(shifts(1, 4) == [0, 0, 0, 0])
    #expect(shifts(3, 2) == [1, 2])
    #expect(shifts(4, 2) == nil)
  }

  @Test(
    "Every token is in one block, i in block ⌊i·N/S⌋",
    arguments: [(23, 3), (24, 3), (7, 5), (5, 5)])
  func blocks(length: Int, blocks: Int) throws {
    let rule = try #require(Blockwise(blocks: blocks, heads: 12))
    for query in 0..<length {
      for head in 0..<12 {
        let block = (query * blocks / length + rule.shifts[head]) % blocks
        let expected = (0..<length).filter { $0 * blocks / length == block }
        let found = rule.visibleKeys(query: query, head: head, length: length)
        #expect(found.flatMap(\.positions) == expected)
      }
    }
  }

  @Test("Inputs that a pattern cannot be laid over are refused by its numbers")
  func lengths() throws {
    let shortest = [
      ("blockwise:3", 2), ("lsh:8:1", 7), ("lsh-shared:8:1", 7), ("recurrence:9:1", 8),
    ]
    for (text, length) in shortest {
      for rule in try rules(text) {
        let error = failure { try rule.check(length: length, heads: 12, headSize: 4) }
        #expect(error?.kind == .refused && error?.code == "input.attention", "\(text)")
        #expect(failure { try rule.check(length: length + 1, heads: 12, headSize: 4) } == nil)
      }
    }
    for text in ["full", "window:512", "bigbird:64:3"] {
      for rule in try rules(text) { try rule.check(length: 1, heads: 12, headSize: 4) }
    }
  }

  @Test("Operation counts take the keys that a definition lists")
  func counts() throws {
    func keys(_ text: String, _ length: Int) throws -> Double {
      let rule = try rules(text)[0]
      return (0..<12).reduce(0) { $0 + rule.countedKeys(head: $1, length: length) } / 12
    }
    #expect(try keys("full", 512) == 512)
    #expect(try keys("window:512", 4096) == 513)
    #expect(try keys("blockwise:2", 4096) == 2048)
    #expect(try keys("lsh:64:4", 4096) == 512)
    #expect(try keys("recurrence:512:512", 4096) == 1024)
    // 62 blocks see 8, with block 0 four times (those next to the ends 7), and 2 see all.
    #expect(try keys("bigbird:64:3", 4096) == Double((60 * 8 + 2 * 7) * 64 + 2 * 4096) / 64)
    #expect(try keys("bigbird:64:3", 700) == 700)
  }

  @Test("Hyperplanes come from the seed by the rule of Specs/attention.md")
  func rotations() {
    // By Golden/tools/pattern_reference.py: seeded_rotations(0, 2, 2, 3, 2, 12, 4)[1, 1].
    let expected: [Float] = [
      -0.03140544891357422, -0.5574884414672852, -0.550684928894043, 0.06736183166503906,
      -1.5841560363769531, 0.09104061126708984, -0.4468259811401367, 1.3625221252441406,
      -1.1887493133544922, 1.2109699249267578, -0.8844470977783203, -1.3042383193969727,
    ]
    func rows(_ seed: UInt64) -> [Float] {
      LSHRotations.seeded(seed).rows(layer: 1, head: 1, of: 2, size: 3, rounds: 2, columns: 2)
    }
    #expect(rows(0) == expected)
    #expect(rows(1) != expected)
  }
}
