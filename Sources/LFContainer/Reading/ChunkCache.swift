import Synchronization

/// The decoded chunks that were used last.
///
/// Somebody who reads a table row by row would otherwise have a chunk decoded
/// for each of its rows.
final class ChunkCache: Sendable {
  private struct Entry {
    var chunk: Int
    var bytes: [UInt8]
  }

  private let capacity = 8
  /// The one used last is at the end.
  private let entries = Mutex<[Entry]>([])

  /// A decoded chunk, if it is still here.
  func bytes(of chunk: Int) -> [UInt8]? {
    entries.withLock { entries in
      guard let position = entries.firstIndex(where: { $0.chunk == chunk }) else { return nil }
      let entry = entries.remove(at: position)
      entries.append(entry)
      return entry.bytes
    }
  }

  /// Keeps a decoded chunk; the one that was used longest ago goes.
  func store(_ bytes: [UInt8], of chunk: Int) {
    entries.withLock { entries in
      if entries.contains(where: { $0.chunk == chunk }) { return }
      if entries.count >= capacity { entries.removeFirst() }
      entries.append(Entry(chunk: chunk, bytes: bytes))
    }
  }
}
