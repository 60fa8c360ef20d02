import LFFamilies

/// Which keys a query sees in one layer, key by key: in plain form what the
/// blocked kernels know by their ranges.
struct VisibleKeys {
  let rule: any AttentionRule
  let mask: SequenceMask

  /// Writes 0 for every key that the query sees, and −∞ for the others.
  ///
  /// - Parameter bias: [1, S].
  /// - Returns: whether it sees any.
  func write(query: Int, head: Int, into bias: Matrix) -> Bool {
    let length = mask.isKept.count
    bias.fill(-.infinity)
    var isAny = false
    func see(_ keys: some Sequence<Int>) {
      for key in keys where mask.isKept[key] {
        bias[0, key] = 0
        isAny = true
      }
    }
    guard mask.isKept[query] || rule.paddedQueries == .attend else { return false }
    let end = rule.isCausal ? query + 1 : length
    if mask.isGlobal[query] {
      see(0..<end)
    } else {
      for run in rule.visibleKeys(query: query, head: head, length: length) { see(run.positions) }
      see(mask.globals.prefix(mask.globals(through: end - 1)))
    }
    return isAny
  }
}
