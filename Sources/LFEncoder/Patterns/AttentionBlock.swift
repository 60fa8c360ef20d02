/// A block of queries of one head, the keys it may see, and their softmax.
///
/// Keys come in two groups. Those `outside` of the band are seen by all queries,
/// or by each up to a limit: global tokens, or all tokens of full attention.
/// Those of `band` are seen through a window that moves on by one with every
/// query.
/// Both go into one softmax. Only a block of scores exists at a time.
struct AttentionBlock {
  /// Keys and values, one row a token.
  struct Keys {
    let keys: Matrix  // [n, D]
    let values: Matrix  // [n, D]

    init(_ keys: Matrix, _ values: Matrix) {
      self.keys = keys
      self.values = values
    }
  }

  /// Queries of one block: enough for the matrix library to work well, few
  /// enough that a block of scores stays in the cache.
  static let rows = 64

  let queries: Matrix  // [m, D]
  var outside: Keys?  // [g, D]
  var band: Keys?  // [n, D]
  /// First band key of query 0, counted from the band's first (may be below 0).
  var first = 0
  /// Band keys that a query sees.
  var width = 0
  /// Keys outside of the band that each query sees, [m]; nil for all.
  var limits: [Int64]?
  /// Whether a key is hidden, those outside of the band first, [g + n]; nil for
  /// none.
  var isHidden: [Bool]?
  /// What scores are multiplied by: 1/√D.
  let scale: Float

  /// Computes the context of every query.
  ///
  /// - Parameters:
  ///   - scratch: for this thread alone.
  ///   - context: [m, D], overwritten; zero where a query sees nothing.
  func run(_ scratch: AttentionScratch, into context: Matrix) {
    let m = queries.rows
    let g = outside?.keys.rows ?? 0
    let n = band?.keys.rows ?? 0
    let scores = scratch.scores(rows: m, columns: g + n)  // [m, g + n]
    let outsideScores = scores.columns(0..<g)  // [m, g]
    let bandScores = scores.columns(g..<g + n)  // [m, n]
    if let outside {
      MatrixMultiplication.multiply(
        queries, transposed: outside.keys, into: outsideScores, scale: scale)
    }
    if let band {
      MatrixMultiplication.multiply(
        queries, transposed: band.keys, into: bandScores, scale: scale)
    }
    Kernels.softmax(
      scores, outside: g, first: first, width: width, limits: limits,
      bias: isHidden.map(scratch.bias), maxima: scratch.maxima, sums: scratch.sums)
    // The division by the sum is left to the D columns of the context.
    if let band { MatrixMultiplication.multiply(bandScores, band.values, into: context) }
    if let outside {
      MatrixMultiplication.multiply(
        outsideScores, outside.values, into: context, accumulating: band != nil)
    }
    Kernels.divideRows(context, by: scratch.sums)
  }
}
