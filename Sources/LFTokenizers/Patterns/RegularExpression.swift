import LFCore

/// A regular expression of the kind that tokenizers use, in Oniguruma's dialect.
///
/// Literals, sets, `\s \d \w \p{…}`, groups, alternatives, counted, lazy and
/// possessive repetition, looking ahead and behind, anchors. What is not known
/// is refused by name. Matching goes back where it has to, with a bound on the
/// steps, so that no expression takes more than linear time.
struct RegularExpression: Sendable {
  enum Instruction: Sendable {
    case set(Int)
    case split(first: Int, second: Int)
    case jump(Int)
    case look(end: Int, isAhead: Bool, isNegated: Bool)
    case lineStart, lineEnd, textStart, textEnd
    case wordBoundary(Bool)
    /// Remembers how much could be gone back to, and forgets what came since.
    case mark, cut
    case match
  }

  var code: [Instruction] = []
  var sets: [ScalarSet] = []

  /// Most instructions, after repetitions have been written out.
  static let limit = 4096

  /// Finds matches, one behind the other.
  struct Matcher {
    private let expression: RegularExpression
    private let bytes: [UInt8]
    private let range: Range<Int>
    private var position: Int
    private var lastEnd = -1
    private var steps: Int
    private var stack: [(code: Int, place: Int)] = []
    private var marks: [Int] = []

    init(_ expression: RegularExpression, _ bytes: [UInt8], _ range: Range<Int>) {
      self.expression = expression
      self.bytes = bytes
      self.range = range
      position = range.lowerBound
      steps = 100_000 + 256 * range.count
    }

    /// The next match; an empty one only where none has just ended.
    mutating func next() throws(LFError) -> Range<Int>? {
      while position <= range.upperBound {
        let start = position
        guard let end = try run(0, start) else {
          guard start < range.upperBound else { return nil }
          position += UTF8Text.length(of: bytes[start])
          continue
        }
        if end == start {
          position =
            start < range.upperBound
            ? start + UTF8Text.length(of: bytes[start]) : range.upperBound + 1
          if end == lastEnd { continue }
        } else {
          position = end
        }
        lastEnd = end
        return start..<end
      }
      return nil
    }

    /// Runs the code from an instruction on; gives where it matched.
    private mutating func run(_ entry: Int, _ start: Int) throws(LFError) -> Int? {
      let base = stack.count
      let baseMarks = marks.count
      defer {
        stack.removeLast(stack.count - base)
        marks.removeLast(marks.count - baseMarks)
      }
      var counter = entry
      var place = start
      while true {
        steps -= 1
        guard steps > 0 else {
          throw .refused(
            "tokenizer.regex-cost", expected: "an expression that matches in linear time",
            found: "one that goes back too often on this text")
        }
        var fits = true
        switch expression.code[counter] {
        case .match: return place
        case .set(let index):
          fits = false
          if place < range.upperBound {
            let (scalar, length) = UTF8Text.scalar(bytes, at: place)
            if expression.sets[index].contains(scalar) {
              fits = true
              place += length
              counter += 1
            }
          }
        case .split(let first, let second):
          stack.append((second, place))
          counter = first
        case .jump(let target): counter = target
        case .mark:
          marks.append(stack.count)
          counter += 1
        case .cut:
          let height = marks.popLast() ?? base
          if stack.count > height { stack.removeLast(stack.count - height) }
          counter += 1
        case .look(let end, let isAhead, let isNegated):
          fits = try looks(counter + 1, place, isAhead: isAhead) != isNegated
          counter = end
        case .lineStart:
          fits = place == range.lowerBound || bytes[place - 1] == 0x0A
          counter += 1
        case .lineEnd:
          fits = place == range.upperBound || bytes[place] == 0x0A
          counter += 1
        case .textStart:
          fits = place == range.lowerBound
          counter += 1
        case .textEnd:
          fits = place == range.upperBound
          counter += 1
        case .wordBoundary(let wanted):
          let before = scalar(before: place).map { ScalarSet.Property.word.contains($0) } ?? false
          let after =
            place < range.upperBound
            && ScalarSet.Property.word.contains(UTF8Text.scalar(bytes, at: place).value)
          fits = (before != after) == wanted
          counter += 1
        }
        if !fits {
          guard stack.count > base, let back = stack.popLast() else { return nil }
          (counter, place) = back
          while let last = marks.last, marks.count > baseMarks, last > stack.count {
            marks.removeLast()
          }
        }
      }
    }

    /// Whether what is looked for is there. Nested as deep as the expression.
    private mutating func looks(
      _ entry: Int, _ place: Int, isAhead: Bool
    ) throws(LFError) -> Bool {
      if isAhead { return try run(entry, place) != nil }
      // Only single characters are looked back for.
      guard place > range.lowerBound else { return false }
      var first = place - 1
      while first > range.lowerBound, bytes[first] & 0xC0 == 0x80 { first -= 1 }
      return try run(entry, first) == place
    }

    private func scalar(before place: Int) -> UInt32? {
      guard place > range.lowerBound else { return nil }
      var first = place - 1
      while first > range.lowerBound, bytes[first] & 0xC0 == 0x80 { first -= 1 }
      return UTF8Text.scalar(bytes, at: first).value
    }
  }
}
