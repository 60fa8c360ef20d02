import LFFamilies

/// Where the tokens of a row may stand so that each sees the same ones in two
/// models.
struct SharedSight {
  let source: ModelConfiguration
  let result: ModelConfiguration
  /// Whether a row's global tokens are global in the source too.
  let sourceHasGlobals: Bool

  /// Slots that a row takes at most, unless two tokens need more.
  private static let usualWidth = 64
  /// Largest distance of two tokens.
  static let widest = 511

  /// Slots of the most tokens, 2 or more, that see the same in both models;
  /// nil when there are none.
  func longestRow(_ longest: Int, globalCount: Int) -> [Int]? {
    var best: [Int]?
    for distance in distances {
      let most = min(longest, (max(Self.usualWidth, distance + 1) - 1) / distance + 1)
      for count in stride(from: most, to: best?.count ?? 1, by: -1) {
        let slots = (0..<count).map { $0 * distance }
        guard agrees(slots, globalCount) else { continue }
        best = slots
        break
      }
    }
    return best
  }

  /// Distances of neighbouring tokens that are worth a try: 1, and the one
  /// that is a multiple of every dilation.
  private var distances: [Int] {
    var common = 1
    for rule in source.attention.map(\.rule) + result.attention.map(\.rule) {
      for head in rule.distinctHeads(of: result.headCount) {
        for run in rule.visibleKeys(query: 0, head: head, length: 1 << 20) {
          common = common / greatestDivisor(common, run.step) * run.step
          guard common <= Self.widest else { return [1] }
        }
      }
    }
    return common == 1 ? [1] : [1, common]
  }

  private func greatestDivisor(_ first: Int, _ second: Int) -> Int {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// Whether every local token sees the same tokens in all layers and heads.
  private func agrees(_ slots: [Int], _ globalCount: Int) -> Bool {
    let globals = Array(slots.prefix(globalCount))
    for (old, new) in zip(source.attention.map(\.rule), result.attention.map(\.rule)) {
      let count = result.headCount
      for head in Set(old.distinctHeads(of: count)).union(new.distinctHeads(of: count)) {
        for query in slots.dropFirst(globalCount) {
          let before = seen(old, query, head, slots, sourceHasGlobals ? globals : [])
          guard before == seen(new, query, head, slots, globals) else { return false }
        }
      }
    }
    return true
  }

  private func seen(
    _ rule: any AttentionRule, _ query: Int, _ head: Int, _ slots: [Int], _ globals: [Int]
  ) -> [Int] {
    let runs = rule.visibleKeys(query: query, head: head, length: (slots.last ?? 0) + 1)
    return slots.filter { slot in
      globals.contains(slot) && (!rule.isCausal || slot <= query)
        || runs.contains { run in
          slot >= run.first && (slot - run.first).isMultiple(of: run.step)
            && (slot - run.first) / run.step < run.count
        }
    }
  }
}
