import LFCore

/// Says of each byte whose it is and why it is not stored again.
struct StorageAccountant {
  /// The blob's bytes that somebody has used, from its start, and who was first.
  private var claims: [(count: Int, owner: TensorName)?]
  private let blobs: [LFZIndex.Blob]
  private let table: ChunkTable

  init(index: LFZIndex, table: ChunkTable) {
    claims = Array(repeating: nil, count: index.blobs.count)
    blobs = index.blobs
    self.table = table
  }

  /// Raw bytes of blobs that somebody uses.
  var claimedBytes: Int { claims.reduce(0) { $0 + ($1?.count ?? 0) } }

  /// Accounts for one tensor or file.
  mutating func account(
    for parts: [LFZIndex.Part], of entry: LFZStorageEntry, in report: inout LFZStorageReport
  ) -> LFZStorageEntry {
    var entry = entry
    var own: Set<Int> = []
    for part in parts {
      report.savedByTiling += part.unit * (part.repeats - 1)
      let claimed = claims[part.blob]
      let shared = min(part.unit, claimed?.count ?? 0)
      if own.contains(part.blob) {
        report.savedByTiling += shared
      } else if entry.tiedTo != nil {
        report.savedByTies += shared
      } else {
        report.savedByEquality += shared
      }
      if let claimed {
        if !own.contains(part.blob) { entry.sharedWith = entry.sharedWith ?? claimed.owner }
        claims[part.blob] = (max(claimed.count, part.unit), claimed.owner)
      } else {
        claims[part.blob] = (part.unit, entry.name)
        entry.storedBytes += blobs[part.blob].chunks.reduce(0) {
          $0 + table.records[$1].storedCount
        }
      }
      own.insert(part.blob)
    }
    return entry
  }
}
