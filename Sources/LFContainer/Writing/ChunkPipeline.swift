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

/// One thread's chunk on its way into the file.
final class ChunkWorker {
  /// A chunk of raw bytes, and room for padding after them.
  let raw: AlignedMemory
  private let encoder: ChunkEncoder
  private var rawCount = 0
  private var result: ChunkEncoder.Result
  private var checksum: UInt64 = 0
  private var offset = 0

  init(_ compression: LFZCompression) throws(LFError) {
    raw = try .chunk(byteCount: LFZFormat.chunkBytes + LFZFormat.alignment)
    encoder = try ChunkEncoder(compression)
    result = .init(codec: .raw, buffer: raw, count: 0)
  }

  /// Stored bytes and the zero bytes after them.
  var paddedCount: Int { LFZFormat.aligned(result.count) ?? result.count }

  /// Reads and codes a chunk.
  func encode(
    _ blob: PlannedBlob, start: Int, count: Int, _ reader: ContentReader
  ) throws(LFError) {
    rawCount = count
    try reader.read(blob.content, at: start, count: count, into: raw)
    let codable = blob.byteCount >= LFZFormat.codedBlobBytes
    result = encoder.encode(raw, count: count, blob.elementType, codable: codable)
    checksum = unsafe Digest.xxh64(result.buffer.prefix(result.count))
  }

  /// The chunk's record, now that its place is known.
  func record(at offset: Int, _ type: ElementType) -> ChunkRecord {
    self.offset = offset
    return ChunkRecord(
      offset: offset, storedCount: result.count, rawCount: rawCount, checksum: checksum,
      codec: result.codec, elementType: type)
  }

  /// Writes the chunk and its padding to its place.
  func write(to output: OutputFile) throws(LFError) {
    for index in result.count..<paddedCount { unsafe result.buffer.bytes[index] = 0 }
    try output.write(
      unsafe RawSpan(_unsafeBytes: result.buffer.prefix(paddedCount)), at: offset)
  }
}
