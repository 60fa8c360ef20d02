public import LFCore

extension LFZReader {
  /// Decodes all tensors into one piece of memory.
  ///
  /// Much faster than reading them one by one: page faults, which dominate,
  /// become few, and all threads decode.
  ///
  /// - Throws: the error of the first bad chunk, naming it and its tensor.
  public func loadAll(threads: Int) throws(LFError) -> LFZArena {
    let layout = ArenaLayout(index)
    let arena = try LFZArena(
      tensors: tensors, starts: layout.tensorStarts, byteCount: layout.byteCount)
    let runs = self.runs(layout)
    let tasks = ParallelTasks(threads: threads)
    let makeDecoder = { @Sendable () throws(LFError) -> ChunkDecoder in try ChunkDecoder() }
    try tasks.run(runs.count, makeWorker: makeDecoder) { (decoder, job) throws(LFError) in
      var place = runs[job].start
      for chunk in runs[job].chunks {
        do throws(LFError) {
          try unsafe decoder.decode(
            self.table.records[chunk], of: self.file, to: arena.place(place))
        } catch {
          throw self.located(error, chunk: chunk)
        }
        place += self.table.records[chunk].rawCount
      }
    }
    tasks.run(layout.copies.count) { (job, _) in
      let copy = layout.copies[job]
      let target = unsafe UnsafeMutableRawPointer(arena.place(copy.to))
      if copy.from != copy.to {
        unsafe target.copyMemory(from: arena.place(copy.from), byteCount: copy.unit)
      }
      unsafe target.repeatBeginning(copy.unit, count: copy.count)
    }
    return arena
  }

  /// Chunks that one thread decodes in a row.
  private struct Run: Sendable {
    var start: Int
    var chunks: Range<Int>
  }

  /// Splits the chunks of tensors into pieces of work.
  ///
  /// A run fills about one huge page: two threads that touch the same one for
  /// the first time would both have it cleared.
  private func runs(_ layout: ArenaLayout) -> [Run] {
    let runBytes = 2 << 20
    var runs: [Run] = []
    for (number, blob) in index.blobs.enumerated() {
      guard var start = layout.blobStarts[number] else { continue }
      var first = blob.chunks.lowerBound
      while first < blob.chunks.upperBound {
        var last = first + 1
        var count = table.records[first].rawCount
        while last < blob.chunks.upperBound, count < runBytes {
          count += table.records[last].rawCount
          last += 1
        }
        runs.append(Run(start: start, chunks: first..<last))
        start += count
        first = last
      }
    }
    return runs
  }
}
