import LFCore

/// Where everything goes when a container is loaded as a whole.
struct ArenaLayout: Sendable {
  /// Bytes to be copied inside the arena once all blobs are there.
  struct Copy: Sendable {
    var from: Int
    var to: Int
    /// Bytes of one repetition, and of all.
    var unit: Int
    var count: Int
  }

  /// The first byte of each tensor.
  private(set) var tensorStarts: [Int] = []
  /// The first byte of each blob; nil for those of files.
  private(set) var blobStarts: [Int?]
  private(set) var copies: [Copy] = []
  private(set) var byteCount = 0

  /// Lays out the tensors of an index.
  ///
  /// A tensor that is a blob, or begins one, needs no memory of its own; equal
  /// tensors share it. A tensor of several parts is laid out as a whole, and
  /// its blobs are decoded where they occur first.
  init(_ index: LFZIndex) {
    blobStarts = [Int?](repeating: nil, count: index.blobs.count)
    tensorStarts = [Int](repeating: 0, count: index.tensors.count)
    for (number, tensor) in index.tensors.enumerated() where !ArenaLayout.isPlain(tensor) {
      tensorStarts[number] = take(tensor.descriptor.byteCount)
      var place = tensorStarts[number]
      for part in tensor.parts {
        if part.isWhole, blobStarts[part.blob] == nil, place % LFZFormat.alignment == 0 {
          blobStarts[part.blob] = place
        }
        place += part.byteCount
      }
    }
    for (number, tensor) in index.tensors.enumerated() {
      var place = tensorStarts[number]
      for part in tensor.parts {
        let start = blobStarts[part.blob] ?? take(index.blobs[part.blob].byteCount)
        blobStarts[part.blob] = start
        if ArenaLayout.isPlain(tensor) {
          tensorStarts[number] = start
          continue
        }
        if place != start || part.repeats > 1 {
          copies.append(
            Copy(from: start, to: place, unit: part.unit, count: part.byteCount))
        }
        place += part.byteCount
      }
    }
  }

  /// Whether a tensor is one blob or its beginning.
  private static func isPlain(_ tensor: LFZIndex.Tensor) -> Bool {
    tensor.parts.count == 1 && tensor.parts[0].repeats == 1 || tensor.parts.isEmpty
  }

  private mutating func take(_ count: Int) -> Int {
    let start = byteCount
    byteCount += (count + LFZFormat.alignment - 1) & ~(LFZFormat.alignment - 1)
    return start
  }
}
