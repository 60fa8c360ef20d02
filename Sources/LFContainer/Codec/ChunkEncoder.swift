import CContainer
import LFCore

/// Turns raw chunks into stored ones; one encoder a thread.
final class ChunkEncoder {
  /// A coded chunk: the first `count` bytes of a buffer, the encoder's own or
  /// the one given to it, with room for padding after them.
  struct Result {
    let codec: ChunkCodec
    let buffer: AlignedMemory
    let count: Int
  }

  /// A mantissa plane is only handed to the coder when a sample has less: what
  /// does not get smaller by 1/64 is stored raw, and samples look less random
  /// than what they are taken from.
  private static let entropyLimit = 8.0 * 63 / 64

  private let compression: LFZCompression
  private let literals: ZstdEncoder
  private let general: ZstdEncoder
  /// Room for a directory and all planes uncoded, and for an attempt at coding.
  private let output: AlignedMemory
  private let plane: AlignedMemory
  private let attempt: AlignedMemory

  init(_ compression: LFZCompression) throws(LFError) {
    self.compression = compression
    literals = try .literals()
    general = try .general(level: compression.generalLevel)
    output = try .chunk(byteCount: LFZFormat.chunkBytes + 4 * LFZFormat.chunkElements)
    plane = try .chunk(byteCount: LFZFormat.chunkElements)
    attempt = try .chunk(byteCount: 2 * LFZFormat.chunkElements)
  }

  /// Codes a chunk; what does not get smaller stays raw.
  ///
  /// - Parameters:
  ///   - raw: the chunk in its first `count` bytes, at most
  ///     `LFZFormat.chunkBytes`.
  ///   - codable: false for small blobs, which stay raw.
  func encode(_ raw: AlignedMemory, count: Int, _ type: ElementType, codable: Bool) -> Result {
    let unchanged = Result(codec: .raw, buffer: raw, count: count)
    guard codable, compression != .none, count > 0 else { return unchanged }
    if type.byteCount == 1 {
      // zstd is faster with room to spare than when it has to watch the end.
      let stored = unsafe general.encode(
        raw.prefix(count), to: output.start, capacity: LFZFormat.chunkBytes * 5 / 4)
      guard let stored, stored < count else { return unchanged }
      return Result(codec: .zstd, buffer: output, count: stored)
    }
    let stored = unsafe encodePlanes(raw.prefix(count), type)
    guard stored < count else { return unchanged }
    return Result(codec: .planes, buffer: output, count: stored)
  }

  /// Writes directory and planes to `output`.
  private func encodePlanes(_ raw: UnsafeRawBufferPointer, _ type: ElementType) -> Int {
    let width = type.byteCount
    let elements = raw.count / width
    // The lower planes are split to where they lie if none is coded, so that
    // the ordinary case needs no further copy; the top one is always coded.
    var end = width * PlaneDirectory.entryBytes
    unsafe withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<UInt8>?.self, capacity: width
    ) { planes in
      for index in 0..<width - 1 { unsafe planes[index] = output.start + end + index * elements }
      unsafe planes[width - 1] = plane.start
      let elementsStart = unsafe raw.baseAddress?.assumingMemoryBound(to: UInt8.self)
      if type == .f32 || type == .bf16 {
        unsafe lfz_split_float(elementsStart, elements, width, planes.baseAddress)
      } else {
        unsafe lfz_split(elementsStart, elements, width, planes.baseAddress)
      }
      for index in 0..<width {
        guard let source = unsafe planes[index] else { continue }
        let entry = unsafe encodePlane(
          UnsafeRawBufferPointer(start: source, count: elements), to: output.start + end,
          isExponent: index == width - 1, type)
        unsafe PlaneDirectory.store(
          entry, to: output.start + index * PlaneDirectory.entryBytes)
        end += entry.storedCount
      }
    }
    return end
  }

  /// Stores one plane at `place`, which the plane itself may overlap.
  private func encodePlane(
    _ plane: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>, isExponent: Bool,
    _ type: ElementType
  ) -> PlaneEntry {
    let first = unsafe plane[0]
    if unsafe plane.isConstant {
      return PlaneEntry(method: .constant, value: first, storedCount: 0)
    }
    var worthTrying = !type.isFloatingPoint || isExponent
    if !worthTrying, compression == .standard {
      worthTrying = unsafe plane.sampledEntropy < Self.entropyLimit
    }
    if worthTrying {
      let coder = type.isFloatingPoint ? literals : general
      // The top plane is apart from the output, the others may be overwritten.
      let target = unsafe isExponent ? place : attempt.start
      let count = unsafe coder.encode(plane, to: target, capacity: attempt.bytes.count)
      if let count, count < plane.count - plane.count / 64 {
        if !isExponent {
          unsafe UnsafeMutableRawPointer(place).copyMemory(from: target, byteCount: count)
        }
        return PlaneEntry(method: .zstd, value: 0, storedCount: count)
      }
    }
    if let source = plane.baseAddress, unsafe source != UnsafeRawPointer(place) {
      unsafe UnsafeMutableRawPointer(place).copyMemory(from: source, byteCount: plane.count)
    }
    return PlaneEntry(method: .raw, value: 0, storedCount: plane.count)
  }
}
