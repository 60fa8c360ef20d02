/// Compares tensors of two sources byte by byte.
package struct ByteComparison {
  /// A tensor of the left source and the right one's that it must equal.
  package struct Pair {
    package let name: TensorName
    package let left: Int
    package let right: Int

    package init(name: TensorName, left: Int, right: Int) {
      self.name = name
      self.left = left
      self.right = right
    }
  }

  let left: any TensorSource
  let right: any TensorSource

  package init(left: any TensorSource, right: any TensorSource) {
    self.left = left
    self.right = right
  }

  /// Bytes compared at a time: a few chunks of a container.
  private static let blockBytes = 2 << 20

  /// Memory for a block of each side.
  private final class Buffers {
    var left = [UInt8](repeating: 0, count: ByteComparison.blockBytes)
    var right = [UInt8](repeating: 0, count: ByteComparison.blockBytes)
  }

  /// Compares many pairs on several threads.
  ///
  /// - Parameters:
  ///   - progress: called with how far it is, from 0 to 1, by any thread.
  ///   - failure: the error for a pair that differs.
  /// - Throws: that error for the first such pair, or an error of reading.
  package func check(
    _ pairs: [Pair], threads: Int, progress: @escaping @Sendable (Double) -> Void = { _ in },
    failure: @escaping @Sendable (TensorName) -> LFError
  ) throws(LFError) {
    var blocks: [(pair: Pair, start: Int)] = []
    for pair in pairs {
      let count = left.tensors[pair.left].byteCount
      guard count == right.tensors[pair.right].byteCount else { throw failure(pair.name) }
      for start in stride(from: 0, to: count, by: Self.blockBytes) { blocks.append((pair, start)) }
    }
    let (left, right, jobs) = (left, right, blocks)
    let makeBuffers = { @Sendable () throws(LFError) -> Buffers in Buffers() }
    try ParallelTasks(threads: threads).run(jobs.count, makeWorker: makeBuffers) {
      (buffers, job) throws(LFError) in
      let (pair, start) = jobs[job]
      progress(Double(job) / Double(jobs.count))
      guard
        try Self.isEqual(
          left, pair.left, right, pair.right, from: start, &buffers.left, &buffers.right)
      else { throw failure(pair.name) }
    }
  }

  /// Whether two tensors hold the same bytes.
  package static func areEqual(
    _ left: any TensorSource, _ leftIndex: Int, _ right: any TensorSource, _ rightIndex: Int
  ) throws(LFError) -> Bool {
    let count = left.tensors[leftIndex].byteCount
    guard count == right.tensors[rightIndex].byteCount else { return false }
    let buffers = Buffers()
    for start in stride(from: 0, to: count, by: blockBytes) {
      guard
        try isEqual(left, leftIndex, right, rightIndex, from: start, &buffers.left, &buffers.right)
      else {
        return false
      }
    }
    return true
  }

  private static func isEqual(
    _ left: any TensorSource, _ leftIndex: Int, _ right: any TensorSource, _ rightIndex: Int,
    from start: Int, _ leftBuffer: inout [UInt8], _ rightBuffer: inout [UInt8]
  ) throws(LFError) -> Bool {
    let count = min(blockBytes, left.tensors[leftIndex].byteCount - start)
    var first = leftBuffer.mutableSpan
    var firstBytes = unsafe first.mutableBytes  // every byte pattern is a valid UInt8
    try firstBytes.withSlice(0..<count) { (slice) throws(LFError) in
      try left.read(leftIndex, at: start, into: &slice)
    }
    var second = rightBuffer.mutableSpan
    var secondBytes = unsafe second.mutableBytes
    try secondBytes.withSlice(0..<count) { (slice) throws(LFError) in
      try right.read(rightIndex, at: start, into: &slice)
    }
    return firstBytes.equals(secondBytes, count: count)
  }
}
