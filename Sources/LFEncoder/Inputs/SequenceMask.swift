/// Who may be seen in one sequence.
struct SequenceMask: Sendable {
  /// Whether a token is no padding; [S].
  let isKept: [Bool]
  /// Whether a token is global (and no padding); [S].
  let isGlobal: [Bool]
  /// Positions of the global tokens, ascending.
  let globals: [Int]
  /// From the first token that is kept to the last; empty when there is none.
  let keptRange: Range<Int>
  /// Whether there is no padding inside `keptRange`.
  let isGapless: Bool

  init(attention: ArraySlice<Int>, global: ArraySlice<Int>) {
    let isKept = attention.map { $0 != 0 }
    let isGlobal = zip(isKept, global).map { $0 && $1 != 0 }
    self.isKept = isKept
    self.isGlobal = isGlobal
    globals = isGlobal.indices.filter { isGlobal[$0] }
    if let first = isKept.firstIndex(of: true), let last = isKept.lastIndex(of: true) {
      keptRange = first..<last + 1
    } else {
      keptRange = 0..<0
    }
    isGapless = keptRange.allSatisfy { isKept[$0] }
  }

  /// Whether some token attends locally.
  var hasLocal: Bool { keptRange.contains { isKept[$0] && !isGlobal[$0] } }

  /// Global tokens at or before a position.
  func globals(through position: Int) -> Int {
    var low = 0
    var high = globals.count
    while low < high {
      let middle = (low + high) / 2
      if globals[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
