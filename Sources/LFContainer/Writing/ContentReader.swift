import LFCore
import Synchronization

/// Reads what is to be stored, wherever it comes from.
final class ContentReader: Sendable {
  private let base: any TensorSource
  private let files: [CarriedFile]
  /// The file read last: its chunks follow each other, and a file is only
  /// given as a whole.
  private let current = Mutex<(file: Int, bytes: [UInt8])?>(nil)

  init(base: any TensorSource, files: [CarriedFile]) {
    self.base = base
    self.files = files
  }

  /// Fills `buffer` with bytes of a content, from `offset` on.
  func read(
    _ content: BlobContent, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    switch content {
    case .tensor(let index, let start): try base.read(index, at: start + offset, into: &buffer)
    case .zeros: buffer.fill(0)
    case .file(let index):
      buffer.copy(try contents(index)[offset..<offset + buffer.byteCount])
    }
  }

  /// Fills the first `count` bytes of a buffer.
  func read(
    _ content: BlobContent, at offset: Int, count: Int, into buffer: AlignedMemory
  ) throws(LFError) {
    var span = unsafe MutableRawSpan(
      _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count]))
    try read(content, at: offset, into: &span)
  }

  private func contents(_ index: Int) throws(LFError) -> [UInt8] {
    if let (file, bytes) = current.withLock({ $0 }), file == index { return bytes }
    let bytes = try files[index].contents()
    guard bytes.count == files[index].byteCount else {
      throw LFError(
        .io, "io.changed",
        "\(bytes.count.counted("byte")) where there were \(files[index].byteCount)",
        at: .init(entry: files[index].name), hint: "the file changed while it was read")
    }
    current.withLock { $0 = (index, bytes) }
    return bytes
  }
}
