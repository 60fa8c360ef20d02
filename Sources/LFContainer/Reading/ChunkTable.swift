import LFCore

/// The chunk table, checked as a whole.
struct ChunkTable: Sendable {
  let records: [ChunkRecord]
  /// Raw bytes before each chunk, and all of them: one more than records.
  let rawStarts: [Int]

  /// Reads the records.
  ///
  /// Each chunk must begin where the padding of the one before ends, and the
  /// table after the last one's: so chunks are sorted, disjoint and without
  /// holes, and every byte of the file belongs to something.
  init(_ bytes: RawSpan, header: LFZHeader) throws(LFError) {
    var records: [ChunkRecord] = []
    records.reserveCapacity(header.chunkCount)
    var rawStarts = [0]
    rawStarts.reserveCapacity(header.chunkCount + 1)
    var next = LFZFormat.headerBytes
    var raw = 0
    for number in 0..<header.chunkCount {
      let start = number * LFZFormat.recordBytes
      do throws(LFError) {
        let record = try ChunkRecord(bytes, at: start)
        guard record.offset == next else {
          throw .refused(
            "lfz.table", expected: "offset: \(next), where the chunk before ends",
            found: "\(record.offset)")
        }
        // At most 2³² records of less than 2³² bytes: no overflow.
        next += record.paddedCount
        guard next <= header.tableOffset else {
          throw .refused(
            "lfz.table", expected: "an end before the chunk table at \(header.tableOffset)",
            found: "\(next)")
        }
        raw += record.rawCount
        rawStarts.append(raw)
        records.append(record)
      } catch {
        var located = error.located(entry: "chunk \(number)")
        located.location.offset = header.tableOffset + start
        throw located
      }
    }
    guard next == header.tableOffset else {
      throw .refused(
        "lfz.table", at: .init(offset: header.tableOffset),
        expected: "the chunk table right after the last chunk, at \(next)",
        found: "\(header.tableOffset)")
    }
    self.records = records
    self.rawStarts = rawStarts
  }

  /// The chunk of a range that holds a raw position.
  ///
  /// - Parameter position: counted over the raw bytes of all chunks; it lies
  ///   inside the range's chunks.
  func chunk(at position: Int, in range: Range<Int>) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if rawStarts[middle] <= position { low = middle } else { high = middle }
    }
    return low
  }
}
