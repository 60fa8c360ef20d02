import CKernels
import LFCore

/// Keys and values of one head in the kernels' order, for queries of one part of
/// a sequence; the memory is a worker's own.
struct PackedKeys {
  /// Number of the first key; a multiple of `alignment`.
  let first: Int
  let count: Int
  /// Keys there are in all, packed or not: up to the last unpadded one.
  let end: Int
  fileprivate let keys: Matrix  // [1, ⌈count/16⌉·16·D]
  fileprivate let values: Matrix  // [1, ⌈D/16⌉·16·count]
  /// [1, count], below 0 where nobody sees the key; nil when none is hidden.
  fileprivate let hidden: Matrix?
  fileprivate let isFinite: Bool

  /// Where parts of the keys may begin.
  static let alignment = 64

  /// Floats that `count` keys take up, and as many that their values do.
  static func memory(count: Int, headSize: Int) -> Int {
    max(lf_packed_count(count, headSize), lf_packed_values_count(count, headSize))
  }

  /// Packs keys and values.
  ///
  /// - Parameters:
  ///   - keys, values: [count, D].
  ///   - hidden: whether each is hidden; empty when none is.
  ///   - memory: of a worker, for as many keys.
  init(
    _ keys: Matrix, _ values: Matrix, first: Int = 0, end: Int, hidden: [Bool] = [],
    in memory: KeyMemory
  ) {
    precondition(keys.rows == values.rows && keys.columns == values.columns)
    precondition(first >= 0 && first.isMultiple(of: Self.alignment))
    precondition(hidden.isEmpty || hidden.count == keys.rows)
    let (count, size) = (keys.rows, keys.columns)
    self.first = first
    self.count = count
    self.end = end
    self.keys = memory.keys.columns(0..<lf_packed_count(count, size))
    self.values = memory.values.columns(0..<lf_packed_values_count(count, size))
    unsafe lf_pack_keys(self.keys.pointer, keys.pointer, keys.stride, count, size)
    isFinite =
      unsafe lf_pack_values(
        self.values.pointer, values.pointer, values.stride, count, size) != 0
    if hidden.contains(true) {
      let marks = memory.hidden.columns(0..<count)
      for (key, isHidden) in hidden.enumerated() { marks[0, key] = isHidden ? -1 : 0 }
      self.hidden = marks
    } else {
      self.hidden = nil
    }
  }

  @unsafe fileprivate var kernel: lf_keys {
    unsafe lf_keys(
      keys: keys.pointer, values: values.pointer, first: first, count: count, end: end,
      hidden: hidden?.pointer, is_finite: isFinite ? 1 : 0)
  }
}

/// A worker's memory for packed keys and values.
struct KeyMemory: Sendable {
  let keys: Matrix  // [1, …]
  let values: Matrix  // [1, …]
  let hidden: Matrix  // [1, most keys]

  /// Memory for so many keys of a head.
  init(count: Int, size: Int) throws(LFError) {
    let floats = PackedKeys.memory(count: count, headSize: size)
    keys = try Matrix(rows: 1, columns: floats)
    values = try Matrix(rows: 1, columns: floats)
    hidden = try Matrix(rows: 1, columns: count)
  }
}

/// What the queries of one head see, in one softmax.
struct HeadAttention {
  /// Factor of the scores: 1/√D.
  let scale: Float
  /// Keys that are seen through a window, which moves on by one with every query.
  var band: PackedKeys?
  /// Query i sees the band's keys i − left … i + right.
  var left = 0
  var right = 0
  /// Keys that all queries see, or each up to a limit.
  var global: PackedKeys?
  /// How many of `global` each query sees, [m]; nil for all.
  var limits: [Int64]?

  /// A side of a window that has no end.
  static let unlimited = 1 << 40

  /// Writes softmax(scale·q·kᵀ)·v.
  ///
  /// - Parameters:
  ///   - queries: [m, D], the first with number `first`.
  ///   - context: [m, D], overwritten; zero where a query sees nothing.
  ///   - scratch: [1, `scratchCount`], of a worker.
  func attend(_ queries: Matrix, first: Int, into context: Matrix, scratch: Matrix) {
    precondition(context.rows == queries.rows && context.columns == queries.columns)
    unsafe withKernel(queries, first: first, scratch: scratch) { attention in
      unsafe lf_attend(
        attention, context.pointer, context.stride, queries.pointer, queries.stride, first,
        queries.rows, scratch.pointer)
    }
  }

  /// The same, and what it takes to join several attentions of the same queries.
  ///
  /// - Returns: of each query the maximum that its weights are relative to (−∞
  ///   where it sees nothing), and their sum.
  func attendWithTotals(
    _ queries: Matrix, first: Int, into context: Matrix, scratch: Matrix
  ) -> (maxima: [Float], sums: [Double]) {
    precondition(context.rows == queries.rows && context.columns == queries.columns)
    var maxima = [Float](repeating: -.infinity, count: queries.rows)
    var sums = [Double](repeating: 0, count: queries.rows)
    unsafe maxima.withUnsafeMutableBufferPointer { maxima in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        // Both arrays hold a number for every query, and the kernel keeps neither.
        unsafe withKernel(queries, first: first, scratch: scratch) { attention in
          unsafe attention.pointee.maxima = maxima.baseAddress
          unsafe attention.pointee.sums = sums.baseAddress
          unsafe lf_attend(
            attention, context.pointer, context.stride, queries.pointer, queries.stride, first,
            queries.rows, scratch.pointer)
        }
      }
    }
    return (maxima, sums)
  }

  /// Floats of scratch memory that a worker needs.
  static func scratchCount(headSize: Int) -> Int { lf_attention_scratch(headSize) }

  private func withKernel(
    _ queries: Matrix, first: Int, scratch: Matrix,
    _ body: (UnsafeMutablePointer<lf_attention>) -> Void
  ) {
    let size = queries.columns
    precondition(first >= 0 && scratch.rows == 1)
    precondition(scratch.columns >= Self.scratchCount(headSize: size))
    precondition(limits.map { $0.count == queries.rows && $0.allSatisfy { $0 >= 0 } } ?? true)
    if let band {
      // What the queries see has to be packed; keys before the first packed one
      // are padding.
      precondition(min(band.end, first + queries.rows + right) <= band.first + band.count)
    }
    let (left, right) = (left, right)
    let none = unsafe lf_keys(
      keys: nil, values: nil, first: 0, count: 0, end: 0, hidden: nil, is_finite: 1)
    func run(_ limits: UnsafePointer<Int64>?) {
      var attention = unsafe lf_attention(
        head_size: size, scale: scale, band: band?.kernel ?? none, left: left, right: right,
        global: global?.kernel ?? none, limits: limits, maxima: nil, sums: nil)
      unsafe body(&attention)
    }
    if let limits {
      unsafe limits.withUnsafeBufferPointer { unsafe run($0.baseAddress) }
    } else {
      run(nil)
    }
  }
}
