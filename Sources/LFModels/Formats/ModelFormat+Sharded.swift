import LFCheckpoints
import LFCore
import LFFiles

extension ModelFormat {
  static let shardIndex = ModelFormat(
    matches: { $0.isNamed(".index.json") },
    open: { (file, options) throws(LFError) in
      let folder = try ContainedFolder(Paths.folder(file.path))
      let index = try ShardIndex(file, limits: options.limits)
      var parts: [OpenedModel] = []
      for name in index.parts {
        let part = try ModelFormat.open(try index.file(name, in: folder), options: options)
        guard part.container == nil else {
          throw .refused(
            "shards.part", at: .init(file: file.path, entry: name),
            expected: "a file with weights", found: "a container with a model of its own")
        }
        parts.append(part)
      }
      let source = try index.source(of: parts.map(\.source))
      let formats = Set(parts.map(\.format)).sorted().joined(separator: " and ")
      var result = OpenedModel(format: "sharded " + formats, file: file, source: source)
      result.weightFiles = parts.flatMap(\.weightFiles)
      result.notes = parts.flatMap(\.notes)
      let checksums = parts.compactMap(\.checksums)
      if let name = checksums.first?.name {
        result.checksums = .init(name: name) { (threads, progress) throws(LFError) in
          for (index, part) in checksums.enumerated() {
            try part.verify(threads) { progress((Double(index) + $0) / Double(checksums.count)) }
          }
        }
      }
      return result
    })
}
