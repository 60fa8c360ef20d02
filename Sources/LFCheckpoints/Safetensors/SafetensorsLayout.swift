package import LFCore

/// Where everything goes in a `.safetensors` file that is to be written.
package struct SafetensorsLayout: Sendable {
  /// Length field and header, padded with spaces to a multiple of 8.
  package let header: [UInt8]
  /// Positions in the given list, in the order of the bytes in the file.
  package let order: [Int]
  /// Bytes of the whole file.
  package let byteCount: Int

  /// Lays tensors out in the given order, wide element types first.
  ///
  /// Readers map the data and view it in place, which takes every tensor at a
  /// multiple of its element size; sorting by that size gives it without gaps,
  /// and leaves the order of a file with a single element type alone.
  ///
  /// - Throws: `safetensors.duplicate-name`, `safetensors.metadata`,
  ///   `safetensors.header-length`: what the reader would refuse is not written.
  package init(
    _ tensors: [TensorDescriptor], metadata: JSONObject = JSONObject([("format", "pt")]),
    limits: Limits = .standard
  ) throws(LFError) {
    var names: Set<TensorName> = ["__metadata__"]
    for tensor in tensors {
      guard String(validating: tensor.name.bytes, as: UTF8.self) != nil,
        names.insert(try tensor.name.validated(limits: limits)).inserted
      else {
        throw .refused(
          "safetensors.duplicate-name", at: .init(entry: tensor.name.text),
          expected: "names that are unique and UTF-8", found: "\(tensor.name)")
      }
    }
    for (key, value) in metadata.members where value.stringValue == nil {
      throw .refused(
        "safetensors.metadata", at: .init(entry: key), expected: "a string", found: value.kindName)
    }
    order = tensors.indices.sorted { left, right in
      let widths = (tensors[left].elementType.byteCount, tensors[right].elementType.byteCount)
      return widths.0 == widths.1 ? left < right : widths.0 > widths.1
    }
    var text = "{"
    if !metadata.members.isEmpty {
      text += "\"__metadata__\":" + JSONValue.object(metadata).compact
    }
    var position = 0
    for index in order {
      let tensor = tensors[index]
      let (end, overflow) = position.addingReportingOverflow(tensor.byteCount)
      guard !overflow, end < Int.max >> 1 else {
        throw .refused("safetensors.size", expected: "a file size that fits", found: "more")
      }
      if text.utf8.count > 1 { text += "," }
      let dimensions = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      text += JSONValue.string(tensor.name.text).compact
      text += ":{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(dimensions)]"
      text += ",\"data_offsets\":[\(position),\(end)]}"
      position = end
    }
    text += "}"
    text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    guard text.utf8.count <= limits.jsonBytes else {
      throw .refused(
        "safetensors.header-length", expected: "a header of at most \(limits.jsonBytes) bytes",
        found: "\(text.utf8.count)")
    }
    var header: [UInt8] = []
    header.reserveCapacity(8 + text.utf8.count)
    header.append(littleEndian: UInt64(text.utf8.count))
    header += text.utf8
    self.header = header
    byteCount = header.count + position
  }
}
