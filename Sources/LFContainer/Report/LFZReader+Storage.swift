public import LFCore

extension LFZReader {
  /// How everything is stored; nothing is read for it.
  public var storage: LFZStorageReport {
    var report = LFZStorageReport()
    report.fileBytes = header.fileByteCount
    report.headerBytes = LFZFormat.headerBytes
    report.tableBytes = table.records.count * LFZFormat.recordBytes
    report.indexBytes = header.indexByteCount
    var accountant = StorageAccountant(index: index, table: table)
    for tensor in index.tensors {
      let entry = LFZStorageEntry(
        name: tensor.descriptor.name, rawBytes: tensor.descriptor.byteCount,
        tiedTo: tensor.tiedTo)
      report.tensors.append(accountant.account(for: tensor.parts, of: entry, in: &report))
    }
    for file in index.files {
      let entry = LFZStorageEntry(
        name: TensorName(file.name), rawBytes: file.byteCount, tiedTo: nil)
      report.files.append(accountant.account(for: file.parts, of: entry, in: &report))
    }
    let stored = table.records.reduce(0) { $0 + $1.storedCount }
    report.paddingBytes = table.records.reduce(0) { $0 + $1.paddedCount } - stored
    let raw = table.rawStarts.last ?? 0
    report.savedByCoding = raw - stored
    report.idleBytes = raw - accountant.claimedBytes
    return report
  }

  /// The tensors as ranges of this reader's own tensors.
  ///
  /// A copy made from them repeats and shares what this container does.
  public func composedTensors() throws(LFError) -> [ComposedTensor] {
    var homes: [Int: (tensor: Int, start: Int, count: Int)] = [:]
    for (number, tensor) in index.tensors.enumerated() {
      var start = 0
      for part in tensor.parts {
        if part.unit > homes[part.blob]?.count ?? 0 {
          homes[part.blob] = (number, start, part.unit)
        }
        start += part.byteCount
      }
    }
    var result: [ComposedTensor] = []
    for (number, tensor) in index.tensors.enumerated() {
      let parts = tensor.parts.map { part in
        // Every part's blob was given a home above.
        let home = homes[part.blob] ?? (number, 0, 0)
        return ComposedTensor.Part(
          .source(index: home.tensor, range: home.start..<home.start + part.unit),
          repeats: part.repeats)
      }
      result.append(
        try ComposedTensor(tensor.descriptor, parts: parts, tiedTo: tensor.tiedTo))
    }
    return result
  }
}

/// Says of each byte which tensor or file it belongs to and why it is not stored again.
struct StorageAccountant {
  /// The blob's bytes that are used, from its start, and what used them first.
  private var claims: [(count: Int, owner: TensorName)?]
  private let blobs: [LFZIndex.Blob]
  private let table: ChunkTable

  init(index: LFZIndex, table: ChunkTable) {
    claims = Array(repeating: nil, count: index.blobs.count)
    blobs = index.blobs
    self.table = table
  }

  /// Raw bytes of blobs that something uses.
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
