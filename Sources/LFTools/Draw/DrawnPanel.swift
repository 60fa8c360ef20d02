import LFCore
import LFFamilies

/// One panel of a drawing: layers that follow each other and are alike, or of
/// those the heads that see the same keys.
struct DrawnPanel {
  /// Which layers and heads, as in "layers 0–11" or "layer 2, heads 10–11".
  let label: String
  /// What they see, in words.
  let caption: String
  let rule: any AttentionRule
  /// Heads whose keys are shown together.
  let heads: [Int]

  /// Patterns of so many kinds of heads get a panel each; with more of them,
  /// all heads of a layer share one.
  private static let mostKinds = 4

  /// The panels of all layers.
  ///
  /// - Parameters:
  ///   - headCount: heads of a layer; nil where only those that differ are known.
  ///   - length: tokens that are shown.
  static func all(_ patterns: [AttentionPattern], headCount: Int?, length: Int) -> [DrawnPanel] {
    var groups: [(layers: ClosedRange<Int>, pattern: AttentionPattern)] = []
    for (layer, pattern) in patterns.enumerated() {
      if let last = groups.last, last.pattern == pattern {
        groups[groups.count - 1].layers = last.layers.lowerBound...layer
      } else {
        groups.append((layer...layer, pattern))
      }
    }
    return groups.flatMap { group in
      panels(group.pattern.rule, span(group.layers, "layer"), headCount, length)
    }
  }

  private static func panels(
    _ rule: any AttentionRule, _ layers: String, _ headCount: Int?, _ length: Int
  ) -> [DrawnPanel] {
    let kinds = rule.distinctHeads(of: headCount ?? .max)
    guard let headCount, (2...mostKinds).contains(kinds.count) else {
      return [DrawnPanel(label: layers, caption: rule.description, rule: rule, heads: kinds)]
    }
    let example = rule.example(length: length)
    let queries = [0, length / 3, length / 2, length - 1]
    func keys(_ head: Int) -> [[KeyRun]] {
      queries.map { example.visibleKeys(query: $0, head: head, length: length) }
    }
    let seen = kinds.map(keys)
    var members = [[Int]](repeating: [], count: kinds.count)
    for head in 0..<headCount {
      let own = keys(head)
      if let kind = kinds.firstIndex(of: head) ?? seen.firstIndex(of: own) {
        members[kind].append(head)
      }
    }
    return zip(kinds, members).map { head, heads in
      DrawnPanel(
        label: layers + ", " + spans(heads), caption: rule.description(ofHead: head), rule: rule,
        heads: [head])
    }
  }

  /// Numbers that follow each other as "heads 0–9".
  private static func span(_ range: ClosedRange<Int>, _ noun: String) -> String {
    range.count == 1 ? "\(noun) \(range.lowerBound)" : noun + "s " + text(range)
  }

  /// Heads in ascending order as "heads 0–2, 5".
  private static func spans(_ heads: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for head in heads {
      if let last = ranges.last, last.upperBound + 1 == head {
        ranges[ranges.count - 1] = last.lowerBound...head
      } else {
        ranges.append(head...head)
      }
    }
    let most = 4  // alternating heads would fill lines
    let shown = ranges.prefix(most).map(text).joined(separator: ", ")
    return (heads.count == 1 ? "head " : "heads ") + shown + (ranges.count > most ? ", …" : "")
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    switch range.count {
    case 1: "\(range.lowerBound)"
    case 2: "\(range.lowerBound), \(range.upperBound)"
    default: "\(range.lowerBound)–\(range.upperBound)"
    }
  }
}
