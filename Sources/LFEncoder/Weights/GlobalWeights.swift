import LFCore
import LFFamilies
import Synchronization

/// A layer's projections for global tokens.
///
/// A text without global tokens does not need them, and they are a seventh of a
/// model; so they can be left to be read until one comes.
final class GlobalWeights: Sendable {
  let query: LinearWeights  // [H, H]
  let key: LinearWeights  // [H, H]
  let value: LinearWeights  // [H, H]
  /// Whether they have been read once and for all. Whoever reads holds it.
  private let isRead = Mutex(false)

  /// Memory for them, not filled.
  init(hidden: Int) throws(LFError) {
    query = try LinearWeights(outputs: hidden, inputs: hidden)
    key = try LinearWeights(outputs: hidden, inputs: hidden)
    value = try LinearWeights(outputs: hidden, inputs: hidden)
  }

  /// Where each tensor of layer `index` goes.
  ///
  /// - Parameter globals: which tensors they are read from.
  func slots(_ index: Int, _ globals: GlobalProjections) -> [WeightSlot] {
    [("query", query), ("key", key), ("value", value)].flatMap { name, linear in
      WeightSlot.linear(
        "encoder.layer.\(index).attention.self." + name + (globals == .own ? "_global" : ""),
        linear)
    }
  }

  /// Reads them, unless that has been done before.
  ///
  /// - Throws: the source's error.
  func require(
    _ index: Int, _ globals: GlobalProjections, _ reader: WeightReader, _ workers: Workers
  ) throws(LFError) {
    try isRead.withLock { (isRead) throws(LFError) in
      guard !isRead else { return }
      try reader.read(slots(index, globals), workers: workers)
      isRead = true
    }
  }
}
