/// Anything that holds named tensors: a checkpoint, a container, a plan.
///
/// Values are little-endian, contiguous, row by row. Conversion, forward pass,
/// comparison and inspection all work on this one interface.
public protocol TensorSource: Sendable {
  /// The tensors, in the order of the source.
  var tensors: [TensorDescriptor] { get }

  /// Reads bytes of one tensor; any number of threads may do so at a time.
  ///
  /// Any range inside the tensor can be read, also one that begins or ends
  /// inside an element, and an empty one at the end.
  ///
  /// - Parameters:
  ///   - index: position in `tensors`; another one is a defect of the caller and
  ///     traps.
  ///   - offset: first byte inside the tensor.
  ///   - buffer: filled completely. When an error of reading is thrown, any part
  ///     of it may have been written.
  /// - Throws: `internal.read-range`, with the buffer as it was, for a range that
  ///   is not inside the tensor (`TensorDescriptor.checkRange`); `io.*` when the
  ///   file cannot be read, or the format's own error when its content turns out
  ///   to be damaged.
  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError)

  /// Where the values of a tensor lie; nil when nothing else can lie there.
  ///
  /// Tensors with equal places are one storage under several names, as a decoder
  /// that a program tied to the word embeddings before it saved both.
  func place(_ index: Int) -> StoragePlace?
}

/// Where values lie in a file, as numbers that only their source understands.
public struct StoragePlace: Hashable, Sendable {
  private let numbers: [Int]

  /// A place that these numbers tell apart from all others of a source.
  package init(_ numbers: [Int]) { self.numbers = numbers }

  /// A place in a part of something, or a part of a place.
  package func inside(_ more: Int...) -> StoragePlace { StoragePlace(more + numbers) }
}

extension TensorSource {
  /// Most formats keep each tensor by itself.
  public func place(_ index: Int) -> StoragePlace? { nil }

  /// Position of a tensor, by name; a linear search, for occasional use.
  public func index(of name: TensorName) -> Int? {
    tensors.firstIndex { $0.name == name }
  }

  /// All bytes of one tensor.
  public func bytes(_ index: Int) throws(LFError) -> [UInt8] {
    try bytes(index, range: 0..<tensors[index].byteCount)
  }

  /// A range of bytes of one tensor.
  public func bytes(_ index: Int, range: Range<Int>) throws(LFError) -> [UInt8] {
    // Before anything is allocated for it.
    try tensors[index].checkRange(at: range.lowerBound, count: range.count)
    do throws(LFError) { try MemoryLimit.check(range.count, for: "a tensor") } catch {
      throw error.located(entry: tensors[index].name.text)
    }
    var result = [UInt8](repeating: 0, count: range.count)
    var span = result.mutableSpan
    var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
    try read(index, at: range.lowerBound, into: &raw)
    return result
  }
}
