public import LFCore

/// All tensors of a container, decoded, in one piece of memory.
///
/// The memory is in huge pages where the system offers them, and each tensor
/// begins at a multiple of 64 bytes. Equal tensors share their bytes.
@safe public final class LFZArena: TensorSource {
  /// The tensors, in the container's order.
  public let tensors: [TensorDescriptor]
  /// Bytes of memory that the tensors occupy.
  public let byteCount: Int
  private let starts: [Int]
  /// Written before the arena is handed out, never after: no race is possible.
  private let memory: AlignedMemory

  /// Zeroed memory for tensors that begin at `starts`.
  ///
  /// - Throws: `memory.exhausted`.
  init(tensors: [TensorDescriptor], starts: [Int], byteCount: Int) throws(LFError) {
    memory = try AlignedMemory(byteCount: byteCount, .zeros, for: "tensors")
    self.tensors = tensors
    self.starts = starts
    self.byteCount = byteCount
  }

  /// Hands the bytes of a tensor to `body`.
  public func withBytes<Value, Failure: Error>(
    of index: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(unsafe RawSpan(_unsafeBytes: bytes(of: index)))
  }

  /// The bytes of a tensor, valid as long as the arena is.
  @unsafe public func bytes(of index: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: memory.start + starts[index], count: tensors[index].byteCount)
  }

  /// Copies bytes of a tensor, as `TensorSource` demands.
  public func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    unsafe buffer.withUnsafeMutableBytes { target in
      unsafe target.copyMemory(
        from: UnsafeRawBufferPointer(
          rebasing: bytes(of: index)[offset..<offset + target.count]))
    }
  }

  /// A place in the arena while it is being filled.
  @unsafe func place(_ offset: Int) -> UnsafeMutablePointer<UInt8> {
    unsafe memory.start + offset
  }
}
