import Dispatch
import Synchronization
import TensorCore

/// Compares many tensors of two sources, byte by byte, on several threads.
struct ByteComparison {
  /// A tensor of the result and the source's tensor that it must equal.
  struct Pair {
    let name: TensorName
    let written: Int
    let original: Int
  }

  let written: any TensorSource
  let source: any TensorSource
  let threads: Int

  /// Bytes compared at a time: a few chunks of a container.
  private static let blockBytes = 2 << 20

  /// The first pair that differs, in order; nil when all are equal.
  ///
  /// - Throws: the first error of reading.
  func firstDifference(
    _ pairs: [Pair], progress: (Double) -> Void
  ) throws(LFError) -> TensorName? {
    var blocks: [(pair: Int, start: Int)] = []
    for (number, pair) in pairs.enumerated() {
      guard written.tensors[pair.written].byteCount == source.tensors[pair.original].byteCount
      else { return pair.name }
      let count = written.tensors[pair.written].byteCount
      for start in stride(from: 0, to: count, by: Self.blockBytes) {
        blocks.append((number, start))
      }
    }
    let jobs = blocks
    let next = Atomic(0)
    let state = Mutex<(difference: Int?, failure: LFError?)>((nil, nil))
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      var left = [UInt8](repeating: 0, count: Self.blockBytes)
      var right = left
      while true {
        let job = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard job < jobs.count, state.withLock({ $0.failure == nil && $0.difference == nil })
        else { return }
        let pair = pairs[jobs[job].pair]
        do throws(LFError) {
          if try !isEqual(pair, from: jobs[job].start, &left, &right) {
            state.withLock { $0.difference = min($0.difference ?? .max, jobs[job].pair) }
          }
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    progress(1)
    let (difference, failure) = state.withLock { $0 }
    if let failure { throw failure }
    return difference.map { pairs[$0].name }
  }

  private func isEqual(
    _ pair: Pair, from start: Int, _ left: inout [UInt8], _ right: inout [UInt8]
  ) throws(LFError) -> Bool {
    let count = min(Self.blockBytes, written.tensors[pair.written].byteCount - start)
    var first = left.mutableSpan
    var firstBytes = unsafe first.mutableBytes  // every byte pattern is a valid UInt8
    try firstBytes.withSlice(0..<count) { (slice) throws(LFError) in
      try written.read(pair.written, at: start, into: &slice)
    }
    var second = right.mutableSpan
    var secondBytes = unsafe second.mutableBytes
    try secondBytes.withSlice(0..<count) { (slice) throws(LFError) in
      try source.read(pair.original, at: start, into: &slice)
    }
    return firstBytes.equals(secondBytes, count: count)
  }
}
