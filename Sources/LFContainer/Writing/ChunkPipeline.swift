import LFCore
import LFFiles
import Synchronization

/// Reads, codes and writes the chunks of a plan on several threads.
struct ChunkPipeline {
  /// What was written.
  struct Stored: Sendable {
    var records: [ChunkRecord] = []
    var blobs: [LFZIndex.Blob] = []
    /// Where the next thing goes.
    var end = LFZFormat.headerBytes
  }

  let plan: StoragePlan
  let reader: ContentReader
  let compression: LFZCompression
  let output: OutputFile
  let progress: (@Sendable (Int, Int) -> Void)?

  /// Raw bytes of a blob that become one chunk.
  private struct Job: Sendable {
    var blob: Int
    var start: Int
    var count: Int
    var isLast: Bool
  }

  /// What the ordered steps share.
  private struct State {
    var stored = Stored()
    let digest: StreamingDigest
    var firstChunk = 0
    var done = 0

    init() throws(LFError) { digest = try StreamingDigest() }
  }

  /// Writes all chunks, from the end of the header on.
  func run(threads: Int) throws(LFError) -> Stored {
    let jobs = self.jobs
    let total = plan.blobs.reduce(0) { $0 + $1.byteCount }
    let state = Mutex(try State())
    let (plan, reader, compression) = (plan, reader, compression)
    let (output, progress) = (output, progress)
    let makeWorker = { @Sendable () throws(LFError) -> ChunkWorker in
      try ChunkWorker(compression)
    }
    try ParallelTasks(threads: threads).run(jobs.count, makeWorker: makeWorker) {
      (worker, number) throws(LFError) in
      let job = jobs[number]
      let blob = plan.blobs[job.blob]
      try worker.encode(blob, start: job.start, count: job.count, reader)
    } commit: { (worker, number) throws(LFError) in
      let job = jobs[number]
      let blob = plan.blobs[job.blob]
      let done = state.withLock { state in
        state.stored.records.append(worker.record(at: state.stored.end, blob.elementType))
        state.stored.end += worker.paddedCount
        unsafe state.digest.update(worker.raw.prefix(job.count))
        if job.isLast {
          state.stored.blobs.append(
            .init(
              byteCount: blob.byteCount, digest: state.digest.value,
              chunks: state.firstChunk..<number + 1))
          state.firstChunk = number + 1
          state.digest.reset()
        }
        state.done += job.count
        return state.done
      }
      progress?(done, total)
    } finish: { (worker, _) throws(LFError) in
      try worker.write(to: output)
    }
    return state.withLock { $0.stored }
  }

  private var jobs: [Job] {
    var jobs: [Job] = []
    for (number, blob) in plan.blobs.enumerated() {
      for start in stride(from: 0, to: blob.byteCount, by: blob.chunkBytes) {
        let count = min(blob.chunkBytes, blob.byteCount - start)
        jobs.append(
          Job(
            blob: number, start: start, count: count,
            isLast: start + count == blob.byteCount))
      }
    }
    return jobs
  }
}
