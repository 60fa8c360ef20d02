import FileIO
import TensorCore

/// A `*.index.json`: which part of a sharded checkpoint holds which tensor.
struct ShardIndex {
  /// Most parts that one index may name.
  static let partLimit = 10_000

  private let path: String
  /// The parts, in the order of their names.
  private let parts: [String]
  /// The part of each tensor.
  private let partOf: [TensorName: Int]

  init(_ file: InputFile, limits: Limits) throws(LFError) {
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

  /// A part's file; one that is not there is a fault of the checkpoint.
  private func part(_ name: String, in folder: ContainedFolder) throws(LFError) -> InputFile {
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

  /// Opens the parts and checks that they hold exactly what the index says.
  func open(in folder: ContainedFolder, options: OpenOptions) throws(LFError) -> OpenedWeights {
    var sources: [any TensorSource] = []
    var files: [Checkpoint.WeightFile] = []
    var notes: [String] = []
    var checksums: [@Sendable () throws(LFError) -> Void] = []
    var formats: Set<String> = []
    var seen = 0
    for (place, part) in parts.enumerated() {
      guard !part.lowercased().hasSuffix(".json") else {
        throw .refused(
          "shards.part", at: .init(file: path, entry: part), expected: "a file with weights",
          found: "another index")
      }
      let opened = try CheckpointFormat.open(try self.part(part, in: folder), options: options)
      for tensor in opened.source.tensors {
        guard partOf[tensor.name] == place else {
          throw .refused(
            "shards.unexpected", at: .init(file: path, entry: tensor.name.text),
            expected: "only tensors that the index places in \(part)",
            found: partOf[tensor.name] == nil ? "one it does not name" : "one of another part")
        }
      }
      seen += opened.source.tensors.count
      sources.append(opened.source)
      files += opened.weightFiles
      notes += opened.notes
      if let verify = opened.verifyChecksums { checksums.append(verify) }
      formats.insert(opened.format)
    }
    guard seen == partOf.count else {
      let present = Set(sources.flatMap { $0.tensors.map(\.name) })
      let missing = partOf.keys.filter { !present.contains($0) }.min()
      throw .refused(
        "shards.missing", at: .init(file: path, entry: missing?.text),
        expected: "every tensor of the index in its part",
        found: "\(partOf.count - seen) that are not there")
    }
    return OpenedWeights(
      format: "sharded " + formats.sorted().joined(separator: " and "),
      source: ShardedSource(sources), weightFiles: files, notes: notes,
      verifyChecksums: { [checksums] () throws(LFError) in for verify in checksums { try verify() }
      })
  }
}
