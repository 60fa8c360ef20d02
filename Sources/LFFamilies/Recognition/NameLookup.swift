import LFCore

/// Finds tensors of a checkpoint by the rows of a family table.
struct NameLookup {
  let tensors: [TensorDescriptor]
  private let indices: [TensorName: Int]

  init(_ tensors: [TensorDescriptor]) {
    self.tensors = tensors
    var indices: [TensorName: Int] = [:]
    for (index, tensor) in tensors.enumerated() { indices[tensor.name] = index }
    self.indices = indices
  }

  /// Position of a row's tensor, under any of the names it may bear.
  func find(_ row: NameRow, _ prefix: NamePrefix, _ table: FamilyTable) -> Int? {
    for front in prefix.fronts(row) {
      for spelling in row.spellings {
        let name = prefix.headName.map { spelling.filling("{name}", with: $0) } ?? spelling
        let full = front + name.text
        if let index = indices[TensorName(full)] { return index }
        for ending in table.endings where full.hasSuffix(ending.new) {
          let old = full.dropLast(ending.new.count) + ending.old
          if let index = indices[TensorName(String(old))] { return index }
        }
      }
    }
    return nil
  }

  /// Prefixes under which the family's backbone is there, sorted.
  ///
  /// The word embeddings tell; where they are left out, being equal to the
  /// decoder, the position embeddings do.
  func backbones(_ table: FamilyTable) -> [String] {
    for row in table.rows(head: .bare, layers: 0).prefix(2) {
      var found: [String] = []
      for spelling in row.spellings {
        let ending = spelling.bytes
        for tensor in tensors where tensor.name.bytes.suffix(ending.count).elementsEqual(ending) {
          let front = tensor.name.bytes.dropLast(ending.count)
          guard front.isEmpty || front.last == UInt8(ascii: ".") else { continue }
          found.append(String(decoding: front, as: UTF8.self))
        }
      }
      if !found.isEmpty { return found.sorted() }
    }
    return []
  }

  /// Layers that are there, counted from the first on.
  func layerCount(_ prefix: NamePrefix, _ table: FamilyTable) -> Int {
    guard let row = table.layerRows.first else { return 0 }
    var count = 0
    while count < Limits.standard.tensors, find(row.inLayer(count), prefix, table) != nil {
      count += 1
    }
    return count
  }

  /// Names that stand for `{name}` in a spelling, sorted.
  func headNames(_ row: NameRow, _ prefix: NamePrefix) -> [String] {
    var result: Set<String> = []
    for spelling in row.spellings {
      let parts = spelling.text.split(separator: "{name}", omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      for front in prefix.fronts(row) {
        let start = Array((front + parts[0]).utf8)
        let end = Array(parts[1].utf8)
        for tensor in tensors {
          let bytes = tensor.name.bytes
          guard bytes.count > start.count + end.count, bytes.starts(with: start),
            bytes.suffix(end.count).elementsEqual(end)
          else { continue }
          let name = bytes.dropFirst(start.count).dropLast(end.count)
          if !name.contains(UInt8(ascii: ".")) {
            result.insert(String(decoding: name, as: UTF8.self))
          }
        }
      }
    }
    return result.sorted()
  }

  /// A row's name as this checkpoint would spell it.
  func spelled(_ row: NameRow, _ prefix: NamePrefix) -> TensorName {
    let name = (row.name ?? row.canonical).filling("{name}", with: prefix.headName ?? "{name}")
    return TensorName((prefix.fronts(row).first ?? "") + name.text)
  }

  /// A checkpoint's name without prefix and old endings.
  func bare(_ name: TensorName, _ prefix: NamePrefix, _ table: FamilyTable) -> TensorName {
    let fronts = [prefix.backbone] + prefix.heads
    var text = (fronts.lazy.compactMap { name.dropping(prefix: $0) }.first ?? name).text
    for ending in table.endings where text.hasSuffix(ending.old) {
      text = text.dropLast(ending.old.count) + ending.new
    }
    return TensorName(text)
  }
}
