import CKernels
import LFCore
import LFFamilies

/// Global rows of one sequence without projecting its tokens; see
/// `GlobalAttention` for the algebra.
///
/// Tokens are passed in blocks, each with a softmax of its own; the parts are
/// put together in the order of the blocks, as in online softmax.
struct FoldedGlobalAttention {
  let attention: GlobalAttention
  let mask: SequenceMask
  let states: Matrix  // [S, H]

  /// Tokens of one block.
  static let tokens = 512
  /// Global tokens that go together.
  static let queries = 8

  /// Computes the context of the global tokens.
  ///
  /// - Parameters:
  ///   - queries: [g, H], projected.
  ///   - context: [g, H], overwritten.
  func run(_ queries: Matrix, into context: Matrix) throws(LFError) {
    for start in stride(from: 0, to: queries.rows, by: Self.queries) {
      let rows = start..<min(queries.rows, start + Self.queries)
      try run(rows, queries.rows(rows), into: context.rows(rows))
    }
  }

  private func run(
    _ chunk: Range<Int>, _ queries: Matrix, into context: Matrix
  ) throws(LFError) {
    let heads = attention.context.configuration.headCount
    let workers = attention.context.workers
    let width = states.columns
    let g = chunk.count
    let rows = heads * g  // row h·g + i belongs to head h and query i
    let range = mask.keptRange
    let blocks = (range.count + Self.tokens - 1) / Self.tokens
    let folded = try Matrix(rows: rows, columns: width)  // [heads·g, H]
    workers.run(heads) { head, _ in
      let columns = attention.context.columns(of: head)
      Kernels.linear(
        queries.columns(columns), untransposed: attention.key.weight, rows: columns,
        into: folded.rows(head * g..<(head + 1) * g))
    }
    let scores = try Matrix(rows: rows * blocks, columns: Self.tokens)  // [blocks·heads·g, block]
    let sums = try Matrix(rows: rows * blocks, columns: width)  // [blocks·heads·g, H]: Σ p·y
    let maxima = try Matrix(rows: blocks, columns: rows)  // [blocks, heads·g]
    let totals = try Matrix(rows: blocks, columns: rows)  // [blocks, heads·g]: Σ p
    var packed: [PackedMatrix] = []
    for _ in 0..<workers.count {
      packed.append(
        try PackedMatrix(
          rows: Self.tokens, columns: width, depth: max(32, PackedMatrix.scoreDepth(width))))
    }
    let memories = packed
    let hidden = try paddingMarks()
    workers.run(blocks) { block, worker in
      let first = range.lowerBound + block * Self.tokens
      let tokens = first..<min(range.upperBound, first + Self.tokens)
      let part = states.rows(tokens)  // [block, H]
      let weights = scores.rows(block * rows..<(block + 1) * rows).columns(0..<tokens.count)
      memories[worker].pack(0..<tokens.count, part)
      Kernels.linear(folded, memories[worker], outputs: 0..<tokens.count, into: weights)
      Kernels.softmax(
        weights, scale: attention.context.scale,
        limits: limits(chunk, heads: heads, tokens: tokens), hidden: hidden?.columns(tokens),
        maxima: maxima.rows(block..<block + 1), sums: totals.rows(block..<block + 1))
      Kernels.multiply(
        weights, part, depth: Self.depth, into: sums.rows(block * rows..<(block + 1) * rows))
    }
    let merged = try Matrix(rows: rows, columns: width)  // [heads·g, H]
    let all = try Matrix(rows: rows, columns: width)  // [heads·g, H]: every head's values
    workers.run(rows) { row, _ in
      merge(row, of: rows, maxima: maxima, totals: totals, sums: sums, into: merged)
    }
    attention.value.apply(to: merged, workers, into: all)
    for head in 0..<heads {
      let columns = attention.context.columns(of: head)
      context.columns(columns).copy(all.rows(head * g..<(head + 1) * g).columns(columns))
    }
  }

  /// Pieces of the sums over tokens; see `lf_depth`.
  private static let depth = 64

  /// Puts the blocks' parts of one row together: Σ p·y over all tokens, with
  /// weights that sum to 1.
  private func merge(
    _ row: Int, of rows: Int, maxima: Matrix, totals: Matrix, sums: Matrix, into merged: Matrix
  ) {
    var peak = -Float.infinity
    for block in 0..<maxima.rows { peak = max(peak, maxima[block, row]) }
    var factors: [Double] = []
    var total = 0.0
    for block in 0..<maxima.rows {
      let factor = lf_exp_double(Double(maxima[block, row]) - Double(peak))
      factors.append(factor)
      total += factor * Double(totals[block, row])
    }
    let target = merged.rows(row..<row + 1)
    target.fill(0)
    for (block, factor) in factors.enumerated() where factor > 0 {
      let source = block * rows + row
      Kernels.add(sums.rows(source..<source + 1), scaled: Float(factor / total), to: target)
    }
  }

  /// Tokens of a block that each row sees, when only earlier ones are seen.
  private func limits(_ chunk: Range<Int>, heads: Int, tokens: Range<Int>) -> [Int64]? {
    guard attention.isCausal else { return nil }
    let own = chunk.map { Int64(max(0, mask.globals[$0] + 1 - tokens.lowerBound)) }
    return (0..<heads).flatMap { _ in own }
  }

  /// Below 0 for padding, [1, S]; nil when no token between kept ones is padded.
  private func paddingMarks() throws(LFError) -> Matrix? {
    guard !mask.isGapless else { return nil }
    let marks = try Matrix(rows: 1, columns: mask.isKept.count)  // [1, S]
    for (token, isKept) in mask.isKept.enumerated() { marks[0, token] = isKept ? 0 : -1 }
    return marks
  }
}
