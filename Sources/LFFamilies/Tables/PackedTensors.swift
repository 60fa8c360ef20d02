public import LFCore

/// Takes apart tensors that hold several, as old fairseq files have query, key
/// and value in one `in_proj_weight`.
public enum PackedTensors {
  /// A checkpoint's tensors with the pieces in place of what holds them; nil
  /// when nothing is packed.
  ///
  /// It is done before a model is recognised, so that everything that reads a
  /// model reads whole tensors.
  public static func unpacked(
    _ tensors: [TensorDescriptor]
  ) throws(LFError) -> [ComposedTensor]? {
    let rows = try FamilyTable.all().flatMap { $0.layerRows.filter { !$0.packed.isEmpty } }
    var names = Set<TensorName>()
    var result: [ComposedTensor] = []
    var isPacked = false
    for tensor in tensors { names.insert(tensor.name) }
    for (index, tensor) in tensors.enumerated() {
      let pieces = try pieces(tensor, index, rows, taken: names)
      if pieces.isEmpty {
        let range = 0..<tensor.byteCount
        result.append(
          try ComposedTensor(tensor, parts: [.init(.source(index: index, range: range))]))
      } else {
        isPacked = true
        result += pieces
      }
    }
    return isPacked ? result : nil
  }

  private static func pieces(
    _ tensor: TensorDescriptor, _ index: Int, _ rows: [NameRow], taken: Set<TensorName>
  ) throws(LFError) -> [ComposedTensor] {
    var result: [ComposedTensor] = []
    for row in rows {
      for packed in row.packed {
        guard let match = packed.match(tensor.name), let name = row.name,
          let first = tensor.shape.dimensions.first, first > 0, first.isMultiple(of: packed.count)
        else { continue }
        let full = TensorName(match.front + name.filling("{layer}", with: match.layer).text)
        // A file with both forms is no clear one: its tensors stay as they are.
        guard !taken.contains(full) else { return [] }
        let shape = try TensorShape(
          [first / packed.count] + tensor.shape.dimensions.dropFirst())
        let descriptor = TensorDescriptor(name: full, elementType: tensor.elementType, shape: shape)
        let bytes = descriptor.byteCount
        let range = packed.place * bytes..<(packed.place + 1) * bytes
        result.append(
          try ComposedTensor(descriptor, parts: [.init(.source(index: index, range: range))]))
      }
    }
    return result
  }
}
