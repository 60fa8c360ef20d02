import LFCore
import LFFamilies

/// Which keys a query sees in one layer, key by key: in plain form what the
/// blocked kernels know by their ranges.
struct VisibleKeys {
  let rule: any AttentionRule
  let mask: SequenceMask

  /// Writes for every key how often the query sees it, less 1: −1 for keys that
  /// it does not see.
  ///
  /// - Parameter hidden: [1, S].
  /// - Returns: whether it sees any.
  func write(query: Int, head: Int, into hidden: Matrix) -> Bool {
    let length = mask.isKept.count
    hidden.fill(-1)
    var isAny = false
    func see(_ keys: some Sequence<Int>) {
      for key in keys where mask.isKept[key] {
        hidden[0, key] += 1
        isAny = true
      }
    }
    guard mask.isKept[query] || rule.paddedQueries == .attend else { return false }
    let end = rule.isCausal ? query + 1 : length
    if mask.isGlobal[query] {
      see(0..<end)
    } else {
      // Global tokens are seen once, whatever the pattern says of them.
      for run in rule.visibleKeys(query: query, head: head, length: length) {
        see(run.positions.lazy.filter { !mask.isGlobal[$0] })
      }
      see(mask.globals.prefix(mask.globals(through: end - 1)))
    }
    return isAny
  }
}

/// How much memory attention probabilities would take, as it grows with the
/// square of the length.
struct AttentionTableSize {
  /// Layers whose tables are held at a time.
  let layers: Int
  let configuration: ModelConfiguration

  /// Most bytes that a forward pass spends on them.
  static let mostBytes = 2 << 30

  /// Refuses what would be too large.
  ///
  /// - Throws: `output.size`.
  func check(sequences: Int, length: Int) throws(LFError) {
    var bytes = MemoryLayout<Float>.size
    for factor in [layers, sequences, configuration.headCount, length, length] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(0, factor))
      bytes = overflow ? .max : product
      if overflow { break }
    }
    guard bytes > Self.mostBytes else { return }
    throw .refused(
      "output.size", at: .init(entry: "attentions"),
      expected: "attention probabilities of at most \(Self.mostBytes) bytes",
      found: "\(layers) × [\(sequences), \(configuration.headCount), \(length), \(length)] of "
        + "4 bytes each",
      hint: "ask for fewer layers, or shorter or fewer inputs")
  }
}
