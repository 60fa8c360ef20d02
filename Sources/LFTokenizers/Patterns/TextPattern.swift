import LFCore

/// What `Split` and `Replace` look for.
enum TextPattern: Sendable {
  case literal([UInt8])
  case expression(RegularExpression)
  /// The expression of GPT-2, which has a reader of its own.
  case gpt2

  /// A part of a text that matches, or the part between two.
  struct Part {
    var range: Range<Int>
    var isMatch: Bool
  }

  /// Cuts a part of a text into matches and what is between them.
  func parts(of text: AlignedText, in range: Range<Int>) throws(LFError) -> [Part] {
    var result: [Part] = []
    var end = range.lowerBound
    func add(_ match: Range<Int>) {
      if end < match.lowerBound {
        result.append(Part(range: end..<match.lowerBound, isMatch: false))
      }
      result.append(Part(range: match, isMatch: true))
      end = match.upperBound
    }
    switch self {
    case .literal(let literal):
      var index = range.lowerBound
      while index + literal.count <= range.upperBound {
        if text.starts(with: literal, at: index, before: range.upperBound) {
          add(index..<index + literal.count)
          index += literal.count
        } else {
          index += 1
        }
      }
    case .gpt2:
      GPT2Pattern.split(text, in: range, add)
    case .expression(let expression):
      var matcher = RegularExpression.Matcher(expression, text.bytes, range)
      while let match = try matcher.next() { add(match) }
    }
    if end < range.upperBound {
      result.append(Part(range: end..<range.upperBound, isMatch: false))
    }
    return result
  }
}

/// What becomes of the delimiters when a text is split at them.
enum SplitBehavior: String, Sendable, CaseIterable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// Gives the pieces that matches and what is between them make up.
  func join(_ parts: [TextPattern.Part], _ add: (Range<Int>) -> Void) {
    switch self {
    case .removed: for part in parts where !part.isMatch { add(part.range) }
    case .isolated: for part in parts { add(part.range) }
    case .contiguous:
      var open: Range<Int>?
      var previous = false
      for part in parts {
        if let range = open, part.isMatch == previous {
          open = range.lowerBound..<part.range.upperBound
        } else {
          if let open { add(open) }
          open = part.range
        }
        previous = part.isMatch
      }
      if let open { add(open) }
    case .mergedWithPrevious:
      var open: Range<Int>?
      var previous = false
      for part in parts {
        if let range = open, part.isMatch, !previous {
          open = range.lowerBound..<part.range.upperBound
        } else {
          if let open { add(open) }
          open = part.range
        }
        previous = part.isMatch
      }
      if let open { add(open) }
    case .mergedWithNext:
      for (index, part) in parts.enumerated() {
        let follows = index > 0 && parts[index - 1].isMatch
        let isLast = index + 1 == parts.count
        if part.isMatch {
          // Goes with what is next, unless that is a match too.
          if isLast || parts[index + 1].isMatch { add(part.range) }
        } else {
          let start = follows ? parts[index - 1].range.lowerBound : part.range.lowerBound
          add(start..<part.range.upperBound)
        }
      }
    }
  }
}

/// The expression that byte-level tokenizers cut text with:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
enum GPT2Pattern {
  static let source =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  private enum Kind { case letter, number, space, other }

  @inline(__always)
  private static func kind(_ scalar: UInt32) -> Kind {
    if scalar < 0x80 {
      let lower = scalar | 0x20
      if lower >= 0x61 && lower <= 0x7A { return .letter }
      if scalar >= 0x30 && scalar <= 0x39 { return .number }
      return scalar == 0x20 || (scalar >= 9 && scalar <= 13) ? .space : .other
    }
    if ScalarClass.isWhitespace(scalar) { return .space }
    switch ScalarClass.expressionCategory(scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return .other
    }
  }

  /// Every byte of a text is in one match.
  static func split(_ text: AlignedText, in range: Range<Int>, _ add: (Range<Int>) -> Void) {
    var index = range.lowerBound
    let end = range.upperBound
    let bytes = text.bytes
    while index < end {
      let start = index
      let (scalar, length) = UTF8Text.scalar(bytes, at: index)
      var first = kind(scalar)
      if scalar == 0x27, let contraction = contraction(bytes, after: index + 1, end) {
        index += 1 + contraction
        add(start..<index)
        continue
      }
      index += length
      if first == .space {
        // One blank belongs to the word behind it.
        if scalar == 0x20, index < end {
          let (next, nextLength) = UTF8Text.scalar(bytes, at: index)
          first = kind(next)
          if first != .space { index += nextLength }
        }
        if first == .space {
          var last = start
          while index < end {
            let (next, nextLength) = UTF8Text.scalar(bytes, at: index)
            guard kind(next) == .space else { break }
            last = index
            index += nextLength
          }
          // All but the last, when something follows.
          if index < end, last > start { index = last }
          add(start..<index)
          continue
        }
      }
      while index < end {
        let (next, nextLength) = UTF8Text.scalar(bytes, at: index)
        guard kind(next) == first else { break }
        index += nextLength
      }
      add(start..<index)
    }
  }

  /// Length of `s`, `t`, `re`, `ve`, `m`, `ll` or `d` behind an apostrophe.
  private static func contraction(_ bytes: [UInt8], after index: Int, _ end: Int) -> Int? {
    guard index < end else { return nil }
    let second = index + 1 < end ? bytes[index + 1] : 0
    switch bytes[index] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 1
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return second == UInt8(ascii: "e") ? 2 : nil
    case UInt8(ascii: "l"): return second == UInt8(ascii: "l") ? 2 : nil
    default: return nil
    }
  }
}
