import LFCore
import LFFiles

/// The header of a `.safetensors` file, checked.
///
/// This is the one place where a header is judged; whoever holds a value of
/// this type holds offsets that lie in the file and cover it without gaps.
struct SafetensorsHeader {
  /// A tensor and the place of its bytes in the file.
  struct Entry {
    let descriptor: TensorDescriptor
    let start: Int
    let end: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata = JSONObject()

  init(_ file: InputFile, limits: Limits) throws(LFError) {
    let length = try Self.length(file, limits: limits)
    let text = try file.bytes(at: 8, count: length)
    guard text.first == UInt8(ascii: "{") else {
      throw .refused(
        "safetensors.header", at: .init(offset: 8), expected: "'{'",
        found: "byte 0x" + String(text.first ?? 0, radix: 16))
    }
    let header = try JSONParser.parse(text, at: .init(offset: 8), limits: limits)
    guard case .object(let object) = header else {
      throw .refused(
        "safetensors.header", at: .init(offset: 8), expected: "an object",
        found: header.kindName)
    }
    let dataStart = 8 + length
    let dataCount = file.byteCount - dataStart
    for (key, value) in object.members {
      if key == "__metadata__" {
        metadata = try Self.metadata(value)
        continue
      }
      guard entries.count < limits.tensors else {
        throw .refused(
          "safetensors.tensor-count", expected: "at most \(limits.tensors) tensors", found: "more")
      }
      let name = try TensorName(key).validated(limits: limits)
      do throws(LFError) {
        entries.append(
          try Self.entry(
            name, value, dataStart: dataStart, dataCount: dataCount, limits: limits))
      } catch {
        throw error.located(entry: key)
      }
    }
    try arrange(dataStart: dataStart, fileEnd: file.byteCount)
  }

  /// The header's length field, checked against the file.
  private static func length(_ file: InputFile, limits: Limits) throws(LFError) -> Int {
    let start = try file.bytes(at: 0, count: min(file.byteCount, PlaceholderFile.probeLength))
    if let error = PlaceholderFile.gitLFSError(start) { throw error }
    guard file.byteCount >= 10 else {
      throw .refused(
        "safetensors.truncated", at: .init(offset: 0), expected: "a header length and a header",
        found: "a file of \(file.byteCount.counted("byte"))")
    }
    var cursor = ByteCursor(start[...])
    let field: UInt64 = try cursor.integer()
    guard let length = Int(exactly: field), length >= 2, length <= limits.jsonBytes else {
      throw .refused(
        "safetensors.header-length", at: .init(offset: 0),
        expected: "a header of 2 to \(limits.jsonBytes) bytes", found: "\(field)",
        hint: PlaceholderFile.isPage(start) ? PlaceholderFile.pageHint : nil)
    }
    guard length <= file.byteCount - 8 else {
      throw .refused(
        "safetensors.truncated", at: .init(offset: 0),
        expected: "a header of \(length.counted("byte")) inside the file",
        found: "a file of \(file.byteCount.counted("byte"))",
        hint: "the file is incomplete; copy or download it again")
    }
    return length
  }

  private static func metadata(_ value: JSONValue) throws(LFError) -> JSONObject {
    guard case .object(let object) = value else {
      throw .refused(
        "safetensors.metadata", at: .init(entry: "__metadata__"), expected: "an object of strings",
        found: value.kindName)
    }
    for (key, value) in object.members where value.stringValue == nil {
      throw .refused(
        "safetensors.metadata", at: .init(entry: "__metadata__." + key), expected: "a string",
        found: value.kindName)
    }
    return object
  }

  // MARK: One tensor

  private static func entry(
    _ name: TensorName, _ value: JSONValue, dataStart: Int, dataCount: Int, limits: Limits
  ) throws(LFError) -> Entry {
    guard case .object(let object) = value else {
      throw .refused("safetensors.entry", expected: "an object", found: value.kindName)
    }
    let fields = ["dtype", "shape", "data_offsets"]
    for (key, _) in object.members
    where !fields.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
      throw .refused(
        "safetensors.field", expected: "only dtype, shape and data_offsets",
        found: "\"\(printable(key, limit: 80))\"")
    }
    let elementType = try elementType(object["dtype"])
    let shape = try TensorShape(
      try integers(object["shape"], "shape", count: nil), limits: limits)
    let offsets = try integers(object["data_offsets"], "data_offsets", count: 2)
    let (start, end) = (offsets[0], offsets[1])
    guard start <= end, end <= dataCount else {
      throw .refused(
        "safetensors.offsets",
        expected: "offsets that rise inside \(dataCount.counted("byte")) of data",
        found: "[\(start), \(end)]",
        hint: end > dataCount ? "the file may be incomplete; copy or download it again" : nil)
    }
    let descriptor = TensorDescriptor(name: name, elementType: elementType, shape: shape)
    guard end - start == descriptor.byteCount else {
      throw .refused(
        "safetensors.size",
        expected: "\(descriptor.byteCount.counted("byte")) for \(elementType.rawValue) \(shape)",
        found: "\(end - start)")
    }
    return Entry(descriptor: descriptor, start: dataStart + start, end: dataStart + end)
  }

  /// Element types that the format has and this tool does not.
  private static let foreignTypes: Set<String> = [
    "F4", "F6_E2M3", "F6_E3M2", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
    "C64", "C128",
  ]

  private static func elementType(_ value: JSONValue?) throws(LFError) -> ElementType {
    guard let value, case .string(let text) = value else {
      throw .refused(
        "safetensors.dtype", expected: "dtype as a string", found: value?.kindName ?? "none")
    }
    if let type = ElementType(rawValue: text) { return type }
    if foreignTypes.contains(text) {
      throw .unsupported(
        "safetensors.unsupported-dtype", "element type \(text) is not supported",
        hint: "store the tensors as F32, F16 or BF16 first")
    }
    throw .refused("safetensors.dtype", expected: "a known dtype", found: value.kindName)
  }

  private static func integers(
    _ value: JSONValue?, _ field: String, count: Int?
  ) throws(LFError) -> [Int] {
    guard let value, case .array(let items) = value else {
      throw .refused(
        "safetensors.\(field)", expected: "\(field) as an array", found: value?.kindName ?? "none")
    }
    if let count, items.count != count {
      throw .refused(
        "safetensors.\(field)", expected: "\(count.counted("number")) in \(field)",
        found: "\(items.count)")
    }
    var result: [Int] = []
    for item in items {
      guard let integer = item.intValue, integer >= 0 else {
        throw .refused(
          "safetensors.\(field)", expected: "integers of 0 or more in \(field)",
          found: item.kindName)
      }
      result.append(integer)
    }
    return result
  }

  // MARK: All tensors

  /// Sorts the tensors by their place and checks that they tile the data.
  private mutating func arrange(dataStart: Int, fileEnd: Int) throws(LFError) {
    let order = entries.enumerated().sorted { left, right in
      (left.element.start, left.element.end, left.offset)
        < (right.element.start, right.element.end, right.offset)
    }
    entries = order.map(\.element)
    var position = dataStart
    for entry in entries {
      guard entry.start == position else {
        throw .refused(
          entry.start > position ? "safetensors.hole" : "safetensors.overlap",
          at: .init(entry: entry.descriptor.name.text, offset: entry.start),
          expected: "the tensor to begin where the last one ends, at \(position)",
          found: "\(entry.start)")
      }
      position = entry.end
    }
    guard position == fileEnd else {
      throw .refused(
        "safetensors.trailing", at: .init(offset: position),
        expected: "the end of the file after the last tensor",
        found: "\(fileEnd - position) more bytes")
    }
  }
}
