import LFCore
import Synchronization

/// Finds contents that are equal byte by byte.
///
/// Nearly all are told apart by their lengths or by a sample; only what is
/// left is digested, and only equal digests are compared. So a model without
/// duplicates is read once, and one with duplicates costs three reads of them.
struct EqualContents {
  private let blobs: [PlannedBlob]
  private let reader: ContentReader
  private let threads: Int
  /// Bytes of a sample at each end.
  private let sampleBytes = 4096

  init(_ blobs: [PlannedBlob], _ reader: ContentReader, threads: Int) {
    self.blobs = blobs
    self.reader = reader
    self.threads = threads
  }

  /// For each blob the first one that has the same bytes, often itself.
  func leaders() throws(LFError) -> [Int] {
    var leaders = Array(blobs.indices)
    let byLength = groups([Array(blobs.indices)], by: blobs.map { $0.byteCount })
    let bySample = groups(byLength, by: try digests(byLength, whole: false))
    let byDigest = groups(bySample, by: try digests(bySample, whole: true))
    let pairs = byDigest.flatMap { group in group.dropFirst().map { (group[0], $0) } }
    let equal = Mutex([Bool](repeating: false, count: pairs.count))
    let blobs = blobs
    let reader = reader
    let makeWorker = { @Sendable () throws(LFError) -> BufferPair in try BufferPair() }
    try ParallelTasks(threads: threads).run(pairs.count, makeWorker: makeWorker) {
      (buffers, job) throws(LFError) in
      let (first, second) = pairs[job]
      let result = try buffers.equal(
        blobs[first].content, blobs[second].content, byteCount: blobs[first].byteCount, reader)
      equal.withLock { $0[job] = result }
    }
    equal.withLock { equal in
      for (job, pair) in pairs.enumerated() where equal[job] { leaders[pair.1] = pair.0 }
    }
    return leaders
  }

  /// Splits groups by a value of their members; what is alone is dropped.
  private func groups<Key: Hashable>(_ groups: [[Int]], by keys: [Key]) -> [[Int]] {
    var result: [[Int]] = []
    for group in groups {
      var places: [Key: Int] = [:]
      var split: [[Int]] = []
      for blob in group {
        if let place = places[keys[blob]] {
          split[place].append(blob)
        } else {
          places[keys[blob]] = split.count
          split.append([blob])
        }
      }
      result += split.filter { $0.count > 1 }
    }
    return result
  }

  /// Digests of the members of groups; nil for all others.
  private func digests(_ groups: [[Int]], whole: Bool) throws(LFError) -> [Digest128?] {
    let members = groups.flatMap { $0 }
    let results = Mutex([Digest128?](repeating: nil, count: blobs.count))
    let blobs = blobs
    let reader = reader
    let sampleBytes = sampleBytes
    let makeWorker = { @Sendable () throws(LFError) -> BufferPair in try BufferPair() }
    try ParallelTasks(threads: threads).run(members.count, makeWorker: makeWorker) {
      (buffers, job) throws(LFError) in
      let blob = blobs[members[job]]
      let half = min(sampleBytes, blob.byteCount)
      let ranges =
        whole ? [0..<blob.byteCount] : [0..<half, blob.byteCount - half..<blob.byteCount]
      let digest = try buffers.digest(blob.content, ranges, reader)
      results.withLock { $0[members[job]] = digest }
    }
    return results.withLock { $0 }
  }
}

/// What a thread needs to digest and compare.
private struct BufferPair {
  private static let step = 256 << 10
  private let first: AlignedMemory
  private let second: AlignedMemory
  private let running: StreamingDigest

  init() throws(LFError) {
    first = try .chunk(byteCount: Self.step)
    second = try .chunk(byteCount: Self.step)
    running = try StreamingDigest()
  }

  func digest(
    _ content: BlobContent, _ ranges: [Range<Int>], _ reader: ContentReader
  ) throws(LFError) -> Digest128 {
    running.reset()
    for range in ranges {
      var offset = range.lowerBound
      while offset < range.upperBound {
        let count = min(Self.step, range.upperBound - offset)
        try reader.read(content, at: offset, count: count, into: first)
        unsafe running.update(first.prefix(count))
        offset += count
      }
    }
    return running.value
  }

  func equal(
    _ left: BlobContent, _ right: BlobContent, byteCount: Int, _ reader: ContentReader
  ) throws(LFError) -> Bool {
    var offset = 0
    while offset < byteCount {
      let count = min(Self.step, byteCount - offset)
      try reader.read(left, at: offset, count: count, into: first)
      try reader.read(right, at: offset, count: count, into: second)
      guard unsafe first.prefix(count).hasSameBytes(as: second.prefix(count)) else { return false }
      offset += count
    }
    return true
  }
}
