import LFCore

/// The name of a tensor that holds several tensors, one after the other along
/// its first dimension, and which of them is meant.
struct PackedName: Sendable, Equatable {
  /// What comes before the layer's number, and after it.
  private let start: [UInt8]
  private let end: [UInt8]
  let place: Int
  let count: Int

  /// Reads `{"name": "….{layer}.…", "slice": [place, count]}`.
  init(_ fields: TableFields) throws(LFError) {
    try fields.allow(["name", "slice"])
    let parts = try fields.text("name")
      .split(separator: "{layer}", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw fields.broken("name", "a name with one {layer}") }
    let numbers = fields.object["slice"]?.arrayValue?.compactMap(\.intValue) ?? []
    guard numbers.count == 2, numbers[1] > 0, (0..<numbers[1]).contains(numbers[0]) else {
      throw fields.broken("slice", "[place, count] with a place below the count")
    }
    start = Array(parts[0].utf8)
    end = Array(parts[1].utf8)
    (place, count) = (numbers[0], numbers[1])
  }

  /// What stands in front of the name and the layer's number; nil when a
  /// checkpoint's name is another.
  func match(_ name: TensorName) -> (front: String, layer: String)? {
    guard name.bytes.suffix(end.count).elementsEqual(end) else { return nil }
    let rest = name.bytes.dropLast(end.count)
    let digits = rest.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let before = rest.dropLast(digits.count)
    guard !digits.isEmpty, before.suffix(start.count).elementsEqual(start) else { return nil }
    let front = before.dropLast(start.count)
    guard front.isEmpty || front.last == UInt8(ascii: ".") else { return nil }
    return (
      String(decoding: front, as: UTF8.self),
      String(decoding: digits.reversed(), as: UTF8.self)
    )
  }
}

extension TensorName {
  /// The name with a placeholder such as `{layer}` filled in.
  func filling(_ placeholder: String, with filling: String) -> TensorName {
    // On bytes: a model of many layers has tens of thousands of names.
    let mark = Array(placeholder.utf8)
    var filled: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.first {
      if rest.starts(with: mark) {
        filled += filling.utf8
        rest = rest.dropFirst(mark.count)
      } else {
        filled.append(byte)
        rest = rest.dropFirst()
      }
    }
    return TensorName(bytes: filled)
  }
}
