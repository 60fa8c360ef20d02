import ModelFamilies

/// Which keys a query sees in one layer, key by key: in plain form what the
/// blocked kernels know by their ranges.
struct VisibleKeys {
  let pattern: AttentionPattern
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
    switch pattern {
    case .full: see(0..<length)
    case .slidingWindow(let window):
      guard mask.isKept[query] else { return false }
      let end = window.isCausal ? query + 1 : length
      if mask.isGlobal[query] {
        see(0..<end)
        break
      }
      let step = min(window.dilations[head], length)
      let left = min(window.oneSided, query / step)
      let right = window.isCausal ? 0 : min(window.oneSided, (length - 1 - query) / step)
      see(stride(from: query - left * step, through: query + right * step, by: step))
      see(mask.globals.prefix(mask.globals(through: end - 1)))
    }
    return isAny
  }
}
