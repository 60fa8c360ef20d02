import LFCore

/// A storage as a pickle refers to it: `('storage', type, key, location, count)`.
///
/// Legacy files add a sixth item for a storage that is a part of another one.
struct StorageRecord {
  let type: StorageType
  let typeName: String
  let key: TensorName
  /// Elements of the storage with this key.
  let count: Int
  /// The elements that are meant, when they are a part of them.
  let part: Range<Int>?

  init(_ reference: PickleReference, in graph: PickleGraph) throws(LFError) {
    guard case .persistent(let identifier) = graph[reference] else {
      throw Self.malformed("a storage", graph.describe(reference))
    }
    guard let items = graph.tuple(identifier).map(Array.init), (5...6).contains(items.count),
      graph.text(items[0]) == "storage", let key = graph.text(items[2]), !key.isEmpty,
      let count = graph.integer(items[4]), count >= 0
    else {
      throw Self.malformed(
        "('storage', type, key, location, count)", graph.describe(identifier) + " of other items")
    }
    guard let name = graph.global(items[1])?.text else {
      throw Self.malformed("a storage type", graph.describe(items[1]))
    }
    guard let type = StorageType.named(name) else {
      throw .refused("pytorch.unknown-global", expected: "a storage type", found: name)
    }
    self.type = type
    typeName = name
    self.key = TensorName(key)
    self.count = count
    part = items.count == 6 ? try Self.part(items[5], in: graph, count: count) : nil
  }

  /// The part of the storage that a view of it means, in elements.
  private static func part(
    _ reference: PickleReference, in graph: PickleGraph, count: Int
  ) throws(LFError) -> Range<Int>? {
    if case .none = graph[reference] { return nil }
    guard let items = graph.tuple(reference).map(Array.init), items.count == 3,
      let offset = graph.integer(items[1]), let size = graph.integer(items[2]),
      offset >= 0, size >= 0, offset <= count, size <= count - offset
    else {
      throw malformed("a part of the storage of \(count.counted("element"))", "another one")
    }
    return offset..<offset + size
  }

  /// Bytes of the whole storage.
  func byteCount() throws(LFError) -> Int {
    guard let width = type.elementByteCount else {
      throw .unsupported(
        "pytorch.storage-type", "storages of the type \(typeName) are not supported")
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow else {
      throw Self.malformed("a storage size that fits", "\(count.counted("element"))")
    }
    return bytes
  }

  /// The bytes in the file that are meant.
  func range(in archive: PyTorchArchive) throws(LFError) -> Range<Int> {
    let byteCount = try byteCount()
    guard let range = archive.storages[key] else {
      throw .refused(
        "pytorch.storage-missing", expected: "a storage \"\(key)\" in the file", found: "none")
    }
    guard range.count == byteCount else {
      throw .refused(
        "pytorch.storage-size", expected: "\(byteCount.counted("byte")) in storage \"\(key)\"",
        found: "\(range.count)")
    }
    guard let part, let width = type.elementByteCount else { return range }
    let start = range.lowerBound + part.lowerBound * width
    return start..<start + part.count * width
  }

  private static func malformed(_ expected: String, _ found: String) -> LFError {
    .refused("pytorch.storage-record", expected: expected, found: found)
  }
}
