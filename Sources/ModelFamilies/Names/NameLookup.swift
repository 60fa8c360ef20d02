import TensorCore

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
  func find(_ row: NameRow, _ prefix: String, _ table: FamilyTable) -> Int? {
    guard let name = row.name else { return nil }
    let front = row.isPrefixed ? prefix : ""
    for candidate in [name] + row.also {
      let full = front + candidate.text
      if let index = indices[TensorName(full)] { return index }
      for ending in table.endings where full.hasSuffix(ending.new) {
        let old = full.dropLast(ending.new.count) + ending.old
        if let index = indices[TensorName(String(old))] { return index }
      }
    }
    return nil
  }

  /// Whether the family's first tensor is there under a prefix.
  func hasEmbeddings(_ table: FamilyTable, prefix: String) -> Bool {
    guard let row = table.rows(head: .bare, layers: 0).first else { return false }
    return find(row, prefix, table) != nil
  }

  /// A row's name as this checkpoint would spell it.
  func spelled(_ row: NameRow, _ prefix: String) -> TensorName {
    TensorName((row.isPrefixed ? prefix : "") + (row.name ?? row.canonical).text)
  }

  /// A checkpoint's name without prefix and old endings.
  func canonical(_ name: TensorName, _ prefix: String, _ table: FamilyTable) -> TensorName {
    var text = (name.dropping(prefix: prefix) ?? name).text
    for ending in table.endings where text.hasSuffix(ending.old) {
      text = text.dropLast(ending.old.count) + ending.new
    }
    return TensorName(text)
  }
}
