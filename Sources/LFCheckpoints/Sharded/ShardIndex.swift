package import LFCore
package import LFFiles

/// A `*.index.json`: which part of a sharded checkpoint holds which tensor.
package struct ShardIndex {
  /// Most parts that one index may name.
  static let partLimit = 10_000

  private let path: String
  /// The parts, in the order of their names.
  package let parts: [String]
  /// The part of each tensor.
  private let partOf: [TensorName: Int]

  package init(_ file: InputFile, limits: Limits) throws(LFError) {
    do throws(LFError) {
      path = file.path
      let text = try file.contents(limit: limits.jsonBytes)
      let value = try JSONParser.parse(text, limits: limits)
      guard let object = value.objectValue, let map = object["weight_map"]?.objectValue else {
        throw .refused(
          "shards.index", expected: "an object with a weight_map",
          found: value.objectValue == nil ? value.kindName : "one without")
      }
      guard map.members.count <= limits.tensors else {
        throw .refused(
          "shards.tensor-count", expected: "at most \(limits.tensors) tensors",
          found: "\(map.members.count)")
      }
      var names: [TensorName: TensorName] = [:]
      for (key, value) in map.members {
        guard case .string(let part) = value else {
          throw .refused(
            "shards.index", at: .init(entry: key), expected: "the name of a part",
            found: value.kindName)
        }
        names[try TensorName(key).validated(limits: limits)] = TensorName(part)
      }
      let sorted = Set(names.values).sorted()
      guard sorted.count <= Self.partLimit else {
        throw .refused(
          "shards.part-count", expected: "at most \(Self.partLimit) parts",
          found: "\(sorted.count)")
      }
      let places = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.indices))
      parts = sorted.map(\.text)
      partOf = names.compactMapValues { places[$0] }
    } catch {
      throw error.located(file: file.path)
    }
  }

  /// A part's file.
  ///
  /// - Throws: `shards.part` for another index, `shards.part-missing` when it
  ///   is not there: a fault of the checkpoint.
  package func file(_ name: String, in folder: ContainedFolder) throws(LFError) -> InputFile {
    guard !name.lowercased().hasSuffix(".json") else {
      throw .refused(
        "shards.part", at: .init(file: path, entry: name), expected: "a file with weights",
        found: "another index")
    }
    do throws(LFError) {
      return try folder.open(name)
    } catch {
      guard error.code == "io.not-found" else { throw error }
      throw .refused(
        "shards.part-missing", at: .init(file: path, entry: name),
        expected: "all parts that the index names", found: "no such file",
        hint: "the checkpoint is incomplete; copy or download it again")
    }
  }

  /// The tensors of all parts together, which must be exactly what the index says.
  ///
  /// - Parameter sources: of `parts`, in their order.
  /// - Throws: `shards.unexpected`, `shards.missing`.
  package func source(of sources: [any TensorSource]) throws(LFError) -> any TensorSource {
    var seen = 0
    for (place, source) in sources.enumerated() {
      for tensor in source.tensors {
        guard partOf[tensor.name] == place else {
          throw .refused(
            "shards.unexpected", at: .init(file: path, entry: tensor.name.text),
            expected: "only tensors that the index places in \(parts[place])",
            found: partOf[tensor.name] == nil ? "one it does not name" : "one of another part")
        }
      }
      seen += source.tensors.count
    }
    guard seen == partOf.count else {
      let present = Set(sources.flatMap { $0.tensors.map(\.name) })
      let missing = partOf.keys.filter { !present.contains($0) }.min()
      throw .refused(
        "shards.missing", at: .init(file: path, entry: missing?.text),
        expected: "every tensor of the index in its part",
        found: "\(partOf.count - seen) that are not there")
    }
    return ShardedSource(sources)
  }
}

/// The tensors of several files, one after the other.
struct ShardedSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let parts: [any TensorSource]
  private let places: [(part: Int, index: Int)]

  init(_ parts: [any TensorSource]) {
    self.parts = parts
    tensors = parts.flatMap(\.tensors)
    places = parts.enumerated().flatMap { part in
      part.element.tensors.indices.map { (part.offset, $0) }
    }
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    let place = places[index]
    try parts[place.part].read(place.index, at: offset, into: &buffer)
  }

  func place(_ index: Int) -> StoragePlace? {
    parts[places[index].part].place(places[index].index)?.inside(places[index].part)
  }
}
