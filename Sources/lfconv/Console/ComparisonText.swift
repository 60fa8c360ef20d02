import LFCore
import LFTools

/// Patterns as a table, a line each.
struct ComparisonText {
  private let result: AttentionComparisonResult

  init(_ result: AttentionComparisonResult) { self.result = result }

  var lines: [String] {
    var lines = TextTable([header] + result.results.map(row)).lines
    if result.isTiled {
      lines.append("")
      lines.append(
        "inputs longer than \(result.longestInput) tokens repeat the model's position embeddings")
    }
    if !result.growth.isEmpty {
      lines.append("")
      lines += TextTable(growth).lines
    }
    return lines
  }

  private var hasHead: Bool { result.results.contains { $0.languageModel != nil } }

  private var header: [String] {
    ["pattern", "keys a query", "GFLOP", "seconds", "MB", "distance", "least cosine", "dropped"]
      + (hasHead ? ["nats a token", "same best", "KL"] : [])
  }

  private func row(_ pattern: PatternResult) -> [String] {
    let last = pattern.hiddenStates.last
    let dropped = pattern.droppedAttention?.joined()
    let share = dropped.map { $0.reduce(0, +) / Double(max(1, $0.count)) }
    let head = pattern.languageModel
    return [
      pattern.pattern, pattern.keysPerQuery.rounded3, (pattern.flops / 1e9).rounded3,
      pattern.seconds.rounded3, pattern.peakBytes.map { "\($0 / 1_000_000)" } ?? "-",
      (last?.relativeRMSE ?? 0).rounded3, (last?.smallestCosine ?? 1).rounded3,
      share.map { "\((100 * $0).rounded3) %" } ?? "-",
    ]
      + (hasHead
        ? [
          head.map { $0.natsPerToken.rounded3 } ?? "-",
          head.map { "\((100 * $0.top1Agreement).rounded3) %" } ?? "-",
          head.map { $0.meanKL.rounded3 } ?? "-",
        ] : [])
  }

  /// Seconds and megabytes, a column a length.
  private var growth: [[String]] {
    var lengths: [Int] = []
    for length in result.growth.map(\.length) where !lengths.contains(length) {
      lengths.append(length)
    }
    let header = ["tokens"] + lengths.flatMap { ["\($0): s", "MB"] }
    return [header]
      + result.results.map { pattern in
        [pattern.pattern]
          + lengths.flatMap { length in
            let found = result.growth.first {
              $0.pattern == pattern.pattern && $0.length == length
            }
            return [
              found.map { $0.seconds.rounded3 } ?? "-",
              found?.peakBytes.map { "\($0 / 1_000_000)" } ?? "-",
            ]
          }
      }
  }
}
