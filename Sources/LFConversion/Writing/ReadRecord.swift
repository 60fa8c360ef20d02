import LFContainer
import LFCore
import Synchronization

/// Hands reads on and keeps a digest of what each gave, for a format without
/// digests of its own: whether a copy holds what was read then can be asked
/// after the source has changed.
final class ReadRecord: TensorSource {
  private struct Read {
    let tensor: Int
    let range: Range<Int>
    let digest: UInt64
  }

  private let base: any TensorSource
  private let reads = Mutex<[Read]>([])

  var tensors: [TensorDescriptor] { base.tensors }

  init(_ base: any TensorSource) { self.base = base }

  func place(_ index: Int) -> StoragePlace? { base.place(index) }

  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    try base.read(index, at: offset, into: &buffer)
    let read = Read(
      tensor: index, range: offset..<offset + buffer.byteCount, digest: Digest.xxh64(buffer.bytes))
    reads.withLock { $0.append(read) }
  }

  /// Whether a copy, with tensors of the same names, holds all that was read.
  ///
  /// - Throws: an error of reading the copy.
  func isHeld(by copy: any TensorSource) throws(LFError) -> Bool {
    let places = Dictionary(
      copy.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    for read in reads.withLock({ $0 }) {
      guard let place = places[tensors[read.tensor].name],
        copy.tensors[place].byteCount == tensors[read.tensor].byteCount
      else { return false }
      let bytes = try copy.bytes(place, range: read.range)
      guard Digest.xxh64(bytes) == read.digest else { return false }
    }
    return true
  }
}
