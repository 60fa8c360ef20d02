import Foundation
import TestSupport
import Testing

@testable import LFTokenizers

/// What characters are, compared with Hugging Face's library for every one there is.
@Suite("Unicode")
struct UnicodeTests {
  private static func ranges(_ name: String) throws -> Set<UInt32> {
    let data = try Data(contentsOf: URL(filePath: GoldenLines.folder + "/unicode.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var result: Set<UInt32> = []
    for range in try #require(object[name] as? [[Int]]) {
      for value in range[0]...range[1] { result.insert(UInt32(value)) }
    }
    return result
  }

  private static let properties: [(String, @Sendable (UInt32) -> Bool)] = [
    ("control", { ScalarClass.isControl($0) && ![9, 10, 13, 0].contains($0) }),
    ("nonspacing", ScalarClass.isNonspacingMark), ("accent", ScalarClass.isCombiningMark),
    ("whitespace", ScalarClass.isWhitespace), ("word", ScalarClass.isWord),
    ("punctuation", ScalarClass.isPunctuation), ("numeric", ScalarClass.isNumeric),
    ("letter", ScalarClass.isLetter),
    ("number", { ScalarSet.Property.category(prefix: "N").contains($0) }),
    ("space", ScalarClass.isWhitespace),
    ("regexWord", { ScalarSet.Property.word.contains($0) }),
    ("digit", { ScalarSet.Property.category(prefix: "Nd").contains($0) }),
    ("mark", { ScalarSet.Property.category(prefix: "M").contains($0) }),
    ("symbol", { ScalarSet.Property.category(prefix: "S").contains($0) }),
    ("regexPunctuation", { ScalarSet.Property.category(prefix: "P").contains($0) }),
  ]

  @Test("Every property of every character", arguments: properties.map(\.0))
  func property(name: String) throws {
    let expected = try Self.ranges(name)
    let test = try #require(Self.properties.first { $0.0 == name }).1
    var wrong: [String] = []
    for value in UInt32(0)..<0x110000 where !(0xD800..<0xE000).contains(value) {
      if test(value) != expected.contains(value) {
        let age = Unicode.Scalar(value)?.properties.age.map { "\($0.major).\($0.minor)" } ?? "-"
        let place = test(value) ? "here" : "there"
        wrong.append(
          "\(String(value, radix: 16)) \(place) \(ScalarClass.category(value)) \(age)")
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(30).joined(separator: "; "))")
  }

  @Test("Lower case of every character")
  func lowercase() throws {
    let data = try Data(contentsOf: URL(filePath: GoldenLines.folder + "/unicode.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var expected: [UInt32: String] = [:]
    for pair in try #require(object["lowercase"] as? [[Any]]) {
      expected[UInt32(try #require(pair[0] as? Int))] = pair[1] as? String
    }
    var wrong: [String] = []
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      var text = AlignedText(Array(String(scalar).utf8), in: 0..<String(scalar).utf8.count)
      Normalizer.lowercase(&text)
      if text.bytes != Array((expected[value] ?? String(scalar)).utf8) {
        wrong.append(String(value, radix: 16) + " \(scalar.properties.age.map { "\($0)" } ?? "-")")
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(30).joined(separator: "; "))")
  }
}
