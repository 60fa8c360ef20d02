public import LFCore
import Synchronization

extension LFZReader {
  /// Verifies the whole file: every checksum, all padding, every digest.
  ///
  /// Header, chunk table and index were verified when the file was opened.
  ///
  /// - Throws: the error of the first bad chunk, naming it and its tensor or
  ///   file; `lfz.digest` when chunks are sound but a blob is not what was
  ///   written.
  ///
  /// - Parameter progress: called with the part that is done, from 0 to 1.
  public func check(
    threads: Int = 1, progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws(LFError) {
    let count = table.records.count
    let running = Mutex((blob: 0, digest: try StreamingDigest()))
    let makeWorker = { @Sendable () throws(LFError) -> CheckWorker in try CheckWorker() }
    try ParallelTasks(threads: threads).run(table.records.count, makeWorker: makeWorker) {
      (worker, chunk) throws(LFError) in
      do throws(LFError) {
        try unsafe worker.decoder.decode(
          self.table.records[chunk], of: self.file, to: worker.raw.start)
      } catch {
        throw self.located(error, chunk: chunk)
      }
    } commit: { (worker, chunk) throws(LFError) in
      progress(Double(chunk + 1) / Double(count))
      let blob = self.index.blobs[running.withLock { $0.blob }]
      let found: Digest128? = running.withLock { state in
        unsafe state.digest.update(worker.raw.prefix(self.table.records[chunk].rawCount))
        guard chunk == blob.chunks.upperBound - 1 else { return nil }
        let value = state.digest.value
        state.digest.reset()
        state.blob += 1
        return value
      }
      guard let found, found != blob.digest else { return }
      throw self.located(
        .refused(
          "lfz.digest", expected: "a blob of digest \(blob.digest)", found: "\(found)"),
        chunk: blob.chunks.lowerBound)
    }
  }
}

/// What a thread needs to verify chunks.
private struct CheckWorker {
  let decoder: ChunkDecoder
  let raw: AlignedMemory

  init() throws(LFError) {
    decoder = try ChunkDecoder()
    raw = try .chunk(byteCount: LFZFormat.chunkBytes)
  }
}
