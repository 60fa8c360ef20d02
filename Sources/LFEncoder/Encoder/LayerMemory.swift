import LFCore
import LFFamilies

/// Memory that all layers of a forward pass share.
struct LayerMemory: Sendable {
  /// Memory for one block of rows.
  struct Block: Sendable {
    let attended: Matrix  // [block, H]
    let inner: Matrix  // [block, ≤ innerColumns], or [N·S, I] of few rows
    let outer: Matrix  // [block, H]
  }

  /// Columns of the feed-forward part that are worked on at a time: the block
  /// stays in the cache between the two products. A multiple of every depth at
  /// which sums are cut; a layer whose sums are not cut is narrower.
  static let innerColumns = 768

  let attention: AttentionMemory
  let blocks: [Block]  // one for each worker, or one for all when rows are few

  init(
    configuration: ModelConfiguration, inputs: PreparedInputs, workers: Workers
  ) throws(LFError) {
    attention = try AttentionMemory(
      configuration: configuration, inputs: inputs, workers: workers)
    let isFew = ProductBlocks.isFew(inputs.tokens)
    let rows = isFew ? inputs.tokens : min(inputs.tokens, RowBlocks(inputs.tokens).size)
    let inner = configuration.intermediateSize
    var blocks: [Block] = []
    for _ in 0..<(isFew ? 1 : workers.count) {
      blocks.append(
        Block(
          attended: try Matrix(rows: rows, columns: configuration.hiddenSize),
          inner: try Matrix(rows: rows, columns: isFew ? inner : min(Self.innerColumns, inner)),
          outer: try Matrix(rows: rows, columns: configuration.hiddenSize)))
    }
    self.blocks = blocks
  }
}
