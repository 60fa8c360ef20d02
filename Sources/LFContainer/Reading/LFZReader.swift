public import LFCore
public import LFFiles

/// An opened container: its tensors, its files, and how they are stored.
///
/// Header, chunk table and index are checked completely when it is opened, so
/// that nothing read later can lie outside of what they describe. Chunks are
/// checked when they are read, before anything is decoded. Reading is possible
/// from any number of threads.
public final class LFZReader: TensorSource {
  /// The tensors, in the container's order.
  public let tensors: [TensorDescriptor]
  /// Where the tensors came from and how they were made.
  public let provenance: LFZProvenance
  /// Files that belong to the model, read when they are asked for.
  public let files: [CarriedFile]

  let file: InputFile
  let header: LFZHeader
  let table: ChunkTable
  let index: LFZIndex
  private let store: BlobStore

  /// Opens a container.
  ///
  /// - Throws: `lfz.*`: refused when anything in it is malformed, unsupported
  ///   when it needs a newer version of this tool.
  public init(_ file: InputFile, limits: Limits = .standard) throws(LFError) {
    do throws(LFError) {
      guard file.byteCount >= LFZFormat.headerBytes else {
        throw .refused(
          "lfz.truncated", expected: "a header of \(LFZFormat.headerBytes) bytes",
          found: "a file of \(file.byteCount)")
      }
      header = try LFZHeader(
        file.bytes(at: 0, count: LFZFormat.headerBytes), fileByteCount: file.byteCount,
        limits: limits)
      let metadata = try file.bytes(
        at: header.tableOffset, count: file.byteCount - header.tableOffset)
      let checksum = Digest.xxh64(metadata)
      guard checksum == header.metadataChecksum else {
        throw .refused(
          "lfz.index-checksum", at: .init(offset: header.tableOffset),
          expected: "chunk table and index with checksum \(hex(header.metadataChecksum))",
          found: hex(checksum), hint: "the file is damaged; copy or download it again")
      }
      let split = header.indexOffset - header.tableOffset
      table = try ChunkTable(unsafe metadata.span.bytes, header: header)
      index = try LFZIndex(
        Array(metadata[split...]),
        .init(
          rawStarts: table.rawStarts, minor: header.minor, fileByteCount: file.byteCount,
          limits: limits))
    } catch {
      throw error.located(file: file.path)
    }
    self.file = file
    tensors = index.tensors.map(\.descriptor)
    provenance = index.provenance
    let store = BlobStore(file: file, table: table, index: index)
    self.store = store
    files = index.files.map { entry in
      CarriedFile(name: entry.name, byteCount: entry.byteCount) {
        (offset, buffer) throws(LFError) in
        try store.read(entry.parts, at: offset, into: &buffer)
      }
    }
  }

  /// Decodes the chunks that the range touches, as `TensorSource` demands.
  public func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    try store.read(self.index.tensors[index].parts, at: offset, into: &buffer)
  }

  /// Names the chunk and its tensor or file in an error that came up in it.
  func located(_ error: LFError, chunk: Int) -> LFError { store.located(error, chunk: chunk) }
}

extension LFZReader {
  /// Whether a file that begins with these bytes is meant to be a container.
  package static func recognizes(_ start: [UInt8]) -> Bool { start.starts(with: LFZFormat.magic) }

  /// Whether two tensors are stored as the very same parts, so that what holds
  /// for the bytes of one holds for those of the other.
  package func shareContent(_ first: Int, _ second: Int) -> Bool {
    index.tensors[first].parts == index.tensors[second].parts
  }
}
