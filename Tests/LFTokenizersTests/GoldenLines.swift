import Foundation
import LFTokenizers
import TestSupport

/// The lines that every tokenizer is tested on, made by the rule of
/// `Golden/tools/tokenizer_goldens.py`.
struct GoldenLines {
  static let folder = Repository.root + "/Tests/LFTokenizersTests/Goldens"

  private struct Fragments: Decodable {
    let sentences: [String]
    let words: [String]
    let odd: [String]
    let ranges: [[UInt32]]
  }

  private let fragments: Fragments
  private var state: UInt64 = 0x1234_5678_9ABC_DEF0

  /// All lines.
  static let all: [String] = {
    do {
      let data = try Data(contentsOf: URL(filePath: folder + "/fragments.json"))
      var rule = GoldenLines(fragments: try JSONDecoder().decode(Fragments.self, from: data))
      return (0..<5000).map { rule.line($0) }
    } catch {
      fatalError("no fragments: \(error)")
    }
  }()

  private init(fragments: Fragments) { self.fragments = fragments }

  private mutating func random(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ value >> 31) >> 32) % bound
  }

  private mutating func pick(_ items: [String]) -> String { items[random(items.count)] }

  private mutating func scalar() -> String {
    let range = fragments.ranges[random(fragments.ranges.count)]
    let value = range[0] + UInt32(random(Int(range[1] - range[0])))
    return Unicode.Scalar(value).map(String.init) ?? ""
  }

  private mutating func part() -> String {
    let kind = random(10)
    if kind < 5 { return pick(fragments.words) }
    if kind < 8 { return pick(fragments.odd) }
    if kind < 9 { return pick(fragments.sentences) }
    let count = 1 + random(6)
    return (0..<count).map { _ in scalar() }.joined()
  }

  private mutating func line(_ index: Int) -> String {
    if index < fragments.odd.count { return fragments.odd[index] }
    let kind = random(100)
    if kind < 2 {
      let count = random(8)
      return (0..<count).map { _ in pick(fragments.odd) }.joined()
    }
    if kind < 20 { return pick(fragments.sentences) }
    if kind < 80 {
      let count = 1 + random(kind < 60 ? 10 : 8)
      return (0..<count).map { _ in part() }.joined(separator: kind < 60 ? " " : "")
    }
    if kind < 98 {
      let count = 1 + random(24)
      return (0..<count).map { _ in scalar() }.joined()
    }
    let repeated = part()
    let count = 1 + random(60)
    return String(repeating: repeated, count: count)
  }

  // MARK: What is expected

  /// Encodes a line as its number says: alone, with the line before, without
  /// special tokens, cut.
  static func encode(
    _ tokenizer: Tokenizer, _ index: Int, followsFile: Bool
  ) throws -> TokenEncoding {
    var options = EncodingOptions()
    options.pads = followsFile
    if followsFile { options.truncation = .asInFile }
    var pair: String?
    let kind = index % 8
    if kind == 5, index > 0 {
      pair = all[index - 1]
    } else if kind == 6, index > 0 {
      options.truncation = .limit(4 + index % 23)
      if index % 16 == 6 { pair = all[index - 1] }
    } else if kind == 7, !followsFile {
      options.addsSpecialTokens = false
    }
    return try tokenizer.encode(all[index], pair: pair, options: options)
  }

  /// The hash of the ids, and that of everything.
  static func hashes(_ encoding: TokenEncoding, _ tokens: [String]) -> (UInt32, UInt32) {
    var ids = FNV()
    var full = FNV()
    for (token, text) in zip(encoding.list, tokens) {
      ids.add(UInt32(token.id))
      full.add(UInt32(token.id))
      full.add(UInt32(token.start))
      full.add(UInt32(token.end))
      full.add(byte: UInt8(token.typeID))
      full.add(byte: token.isSpecial ? 1 : 0)
      for byte in text.utf8 { full.add(byte: byte) }
      full.add(byte: 0)
    }
    return (ids.value, full.value)
  }

  private struct FNV {
    var value: UInt32 = 0x811C_9DC5

    mutating func add(byte: UInt8) { value = (value ^ UInt32(byte)) &* 0x0100_0193 }

    mutating func add(_ number: UInt32) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        add(byte: UInt8(truncatingIfNeeded: number >> shift))
      }
    }
  }

  /// Lines that differ from what is expected, told for people.
  static func differences(
    _ tokenizer: Tokenizer, expected name: String, followsFile: Bool = false
  ) throws -> [String] {
    let expected = [UInt8](
      try Data(contentsOf: URL(filePath: folder + "/\(name).expected")))
    func number(_ place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(expected[place + $1]) << UInt32(8 * $1) }
    }
    guard expected.count == 8 * all.count else { return ["\(expected.count) bytes expected"] }
    var result: [String] = []
    for index in all.indices {
      let encoding: TokenEncoding
      do {
        encoding = try encode(tokenizer, index, followsFile: followsFile)
      } catch {
        result.append("line \(index): \(error)")
        continue
      }
      let tokens = tokenizer.tokens(of: encoding)
      let (ids, full) = hashes(encoding, tokens)
      guard ids != number(8 * index) || full != number(8 * index + 4) else { continue }
      let what = ids != number(8 * index) ? "ids" : "offsets or tokens"
      let text = all[index].unicodeScalars.prefix(60).map { String($0.value, radix: 16) }
      let offsets = encoding.list.prefix(60).map { "(\($0.start), \($0.end))" }
      result.append(
        "line \(index), \(what): \(text.joined(separator: " ")) → \(encoding.ids.prefix(60)) "
          + "\(offsets.joined(separator: " ")) \(tokens.prefix(60))")
    }
    return result
  }
}
