public import LFCore
public import LFFiles
import Synchronization

/// Writes containers.
///
/// One pass over the source, in bounded memory: each thread holds a few
/// chunks, whatever the model's size. The bytes of the file depend on the
/// input alone, not on the number of threads.
public enum LFZWriter {
  /// Writes a container to an empty output file, which is not published.
  ///
  /// Equal contents are stored once, and so is a part that begins another one.
  ///
  /// - Parameters:
  ///   - tensors: what the container will hold, in this order.
  ///   - base: what the parts of `tensors` point into.
  ///   - files: carried along, in this order.
  ///   - progress: called with bytes done and bytes in all, by one thread at a
  ///     time but not always the same.
  /// - Throws: errors of reading and writing; `lfz.*` for what a container
  ///   cannot hold.
  @discardableResult
  public static func write(
    tensors: [ComposedTensor], from base: any TensorSource, files: [CarriedFile] = [],
    provenance: LFZProvenance, compression: LFZCompression = .standard, threads: Int,
    to output: OutputFile, progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(LFError) -> LFZWriteSummary {
    try checkNames(tensors, files, provenance)
    guard output.byteCount == 0 else {
      throw LFError(.internal, "internal.output", "the output of a container is not empty")
    }
    let reader = ContentReader(base: base, files: files)
    let plan = try StoragePlan(
      tensors: tensors, base: base, files: files, reader: reader, threads: threads)
    let stored = try ChunkPipeline(
      plan: plan, reader: reader, compression: compression, output: output, progress: progress
    ).run(threads: threads)
    let index = LFZIndex(
      blobs: stored.blobs, tensors: plan.tensors, files: plan.files, provenance: provenance
    ).encoded
    try finish(stored, index, plan, output)
    return LFZWriteSummary(
      byteCount: output.byteCount, rawByteCount: plan.logicalBytes, brokenTies: plan.brokenTies)
  }

  /// Writes chunk table, index and header.
  private static func finish(
    _ stored: ChunkPipeline.Stored, _ index: [UInt8], _ plan: StoragePlan, _ output: OutputFile
  ) throws(LFError) {
    var metadata: [UInt8] = []
    metadata.reserveCapacity(stored.records.count * LFZFormat.recordBytes + index.count)
    for record in stored.records { record.encode(into: &metadata) }
    metadata += index
    let header = LFZHeader(
      fileByteCount: stored.end + metadata.count, tableOffset: stored.end,
      chunkCount: stored.records.count, indexByteCount: index.count,
      metadataChecksum: Digest.xxh64(metadata))
    let limits = Limits.standard
    let most = LFZLimits.logicalBytes(fileByteCount: header.fileByteCount, limits)
    // What a reader would refuse is not written.
    guard index.count <= limits.indexBytes, stored.records.count <= Int(UInt32.max),
      plan.logicalBytes <= most
    else {
      throw .unsupported(
        "lfz.limit", at: .init(file: output.destination),
        "\(plan.logicalBytes.counted("byte")) of tensors in a file of \(header.fileByteCount), with an index "
          + "of \(index.count), are beyond the limits of a container")
    }
    try output.write(unsafe metadata.span.bytes, at: stored.end)
    try output.write(unsafe header.encoded.span.bytes, at: 0)
  }

  private static func checkNames(
    _ tensors: [ComposedTensor], _ files: [CarriedFile], _ provenance: LFZProvenance
  ) throws(LFError) {
    let limits = Limits.standard
    var names: Set<TensorName> = []
    for tensor in tensors {
      let name = try tensor.descriptor.name.validated(limits: limits)
      guard names.insert(name).inserted else { throw twice(name.text) }
    }
    var paths: Set<TensorName> = []
    for file in files {
      try CarriedName.check(file.name, limits: limits)
      guard paths.insert(TensorName(file.name)).inserted else { throw twice(file.name) }
    }
    var keys: Set<TensorName> = []
    for parameter in provenance.parameters {
      guard keys.insert(TensorName(parameter.key)).inserted else { throw twice(parameter.key) }
    }
    guard tensors.count <= limits.tensors, files.count <= limits.tensors else {
      throw .unsupported(
        "lfz.limit", "\(tensors.count.counted("tensor")), a container holds \(limits.tensors)")
    }
    guard provenance.parameters.allSatisfy({ !$0.key.isEmpty }),
      provenance.sources.allSatisfy({ $0.sha256.map { $0.count == 32 } ?? true })
    else {
      throw LFError(
        .internal, "internal.provenance", "an empty key, or a SHA-256 that has not 32 bytes")
    }
  }

  private static func twice(_ name: String) -> LFError {
    .refused("lfz.name", expected: "names that differ", found: "\"\(name)\" twice")
  }
}

extension StoragePlan {
  /// Bytes of all tensors and files, repetitions counted.
  var logicalBytes: Int {
    tensors.reduce(0) { $0 + $1.descriptor.byteCount } + files.reduce(0) { $0 + $1.byteCount }
  }
}

/// How hard the writer tries; the raw values are those of `--compression`.
public enum LFZCompression: String, Sendable, CaseIterable {
  /// Nothing is coded: every tensor is one aligned, contiguous run of the file
  /// that can be mapped.
  case none
  /// Exponents are coded, mantissas only looked at for planes of one value.
  case fast
  /// Mantissas are sampled too, and coded where that pays.
  case standard = "default"

  /// The zstd level of files, integers and booleans.
  var generalLevel: Int32 { self == .fast ? 1 : 3 }
}

/// What came of writing a container.
public struct LFZWriteSummary: Sendable {
  /// Bytes of the file.
  public let byteCount: Int
  /// Bytes of the tensors and files it stands for.
  public let rawByteCount: Int
  /// Tensors that were said to be tied to a tensor they do not equal; they are
  /// stored as what they are, without the tie.
  public let brokenTies: [TensorName]
}
