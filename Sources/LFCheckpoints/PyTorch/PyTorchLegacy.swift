package import LFCore
package import LFFiles

/// The file that `torch.save` wrote before PyTorch 1.6: five pickles and the
/// storages, one after the other.
package enum PyTorchLegacy {
  /// 0x1950a86a20f9469cfc6c, little-endian.
  static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let version = 1001

  /// Reads the pickles, and finds the storages after them.
  package static func open(_ file: InputFile, limits: Limits) throws(LFError) -> PyTorchArchive {
    var stream = PickleStream(file, range: 0..<file.byteCount)
    let first = try pickle(&stream, "magic number", limits)
    guard case .long(let start, let count) = first[first.root],
      first.bytes[Int(start)..<Int(start) + Int(count)].elementsEqual(magic)
    else {
      throw .refused(
        "pytorch.magic", at: .init(offset: 0), expected: "PyTorch's magic number",
        found: first.describe(first.root),
        hint: "other pickles than those of torch.save hold no weights")
    }
    let second = try pickle(&stream, "version", limits)
    guard second.integer(second.root) == version else {
      throw .unsupported(
        "pytorch.version", at: .init(entry: "version"),
        "a legacy file has version \(version), this one has \(second.describe(second.root))")
    }
    try checkSystem(try pickle(&stream, "system", limits))
    let graph = try pickle(&stream, "object", limits)
    let keys = try keys(try pickle(&stream, "storage keys", limits), limits: limits)
    let storages = try storages(keys, of: graph, file: file, at: stream.offset)
    return PyTorchArchive(format: "PyTorch legacy", file: file, graph: graph, storages: storages)
  }

  private static func pickle(
    _ stream: inout PickleStream, _ name: String, _ limits: Limits
  ) throws(LFError) -> PickleGraph {
    do throws(LFError) {
      return try PickleMachine.run(&stream, limits: limits)
    } catch {
      throw error.located(entry: name)
    }
  }

  private static func checkSystem(_ graph: PickleGraph) throws(LFError) {
    guard let value = PickleDictionary.value("little_endian", of: graph.root, in: graph),
      case .bool(let isLittle) = graph[value]
    else {
      throw .refused(
        "pytorch.system", at: .init(entry: "system"), expected: "little_endian", found: "none")
    }
    guard isLittle else {
      throw .unsupported(
        "pytorch.big-endian", at: .init(entry: "system"),
        "weights in big-endian byte order are not supported")
    }
  }

  private static func keys(
    _ graph: PickleGraph, limits: Limits
  ) throws(LFError) -> [TensorName] {
    guard case .list = graph[graph.root], let items = graph.items(graph.root) else {
      throw .refused(
        "pytorch.storage-keys", at: .init(entry: "storage keys"), expected: "a list of keys",
        found: graph.describe(graph.root))
    }
    var result: [TensorName] = []
    for item in items {
      guard let key = graph.text(item) else {
        throw .refused(
          "pytorch.storage-keys", at: .init(entry: "storage keys"), expected: "strings",
          found: graph.describe(item))
      }
      result.append(TensorName(key))
    }
    guard Set(result).count == result.count else {
      throw .refused(
        "pytorch.storage-keys", at: .init(entry: "storage keys"), expected: "unique keys",
        found: "one twice")
    }
    return result
  }

  /// Walks over the storages: a count of elements and their bytes each.
  private static func storages(
    _ keys: [TensorName], of graph: PickleGraph, file: InputFile, at start: Int
  ) throws(LFError) -> [TensorName: Range<Int>] {
    let records = try records(graph)
    var result: [TensorName: Range<Int>] = [:]
    var position = start
    for key in keys {
      let place = LFError.Location(entry: "storage \(key)", offset: position)
      guard let record = records[key] else {
        throw .refused(
          "pytorch.storage-keys", at: place, expected: "a key that the object uses",
          found: "one that it does not")
      }
      var cursor = ByteCursor(try file.bytes(at: position, count: 8)[...], location: place)
      let count = try cursor.count64()
      guard count == record.count else {
        throw .refused(
          "pytorch.storage-size", at: place, expected: "\(record.count.counted("element"))",
          found: "\(count)")
      }
      // The eight bytes were read, so the sum is inside the file.
      position += 8
      let byteCount = try record.byteCount()
      guard byteCount <= file.byteCount - position else {
        throw .refused(
          "pytorch.truncated", at: place, expected: "\(byteCount.counted("byte"))",
          found: "\(file.byteCount - position)",
          hint: "the file is incomplete; copy or download it again")
      }
      result[key] = position..<position + byteCount
      position += byteCount
    }
    guard position == file.byteCount else {
      throw .refused(
        "pytorch.trailing", at: .init(offset: position),
        expected: "the end of the file after the last storage",
        found: "\(file.byteCount - position) more bytes")
    }
    return result
  }

  /// Every storage that the object refers to, by key.
  private static func records(
    _ graph: PickleGraph
  ) throws(LFError) -> [TensorName: StorageRecord] {
    var result: [TensorName: StorageRecord] = [:]
    for position in graph.values.indices {
      let reference = PickleReference(position: Int32(truncatingIfNeeded: position))
      guard case .persistent(let identifier) = graph[reference] else { continue }
      // Other things have persistent identifiers too: the source code of a whole module.
      guard let kind = graph.tuple(identifier)?.first, graph.text(kind) == "storage" else {
        continue
      }
      let record = try StorageRecord(reference, in: graph)
      if let other = result[record.key] {
        guard try other.byteCount() == (try record.byteCount()) else {
          throw .refused(
            "pytorch.storage-size", at: .init(entry: "storage \(record.key)"),
            expected: "one size", found: "two")
        }
        continue
      }
      result[record.key] = record
    }
    return result
  }
}
