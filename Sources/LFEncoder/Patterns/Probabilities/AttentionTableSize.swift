import LFCore
import LFFamilies

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
