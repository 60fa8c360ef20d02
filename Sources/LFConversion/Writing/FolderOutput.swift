import LFCheckpoints
import LFCore
import LFFiles
import LFModels
import Synchronization

/// A Hugging Face folder as the output: `config.json`, `model.safetensors` (in
/// shards when it is large) and the carried files.
final class FolderOutput: OutputWriter {
  private let shardByteCount: Int
  private let folder: OutputFolder
  private let written = Mutex(0)
  private let record = Mutex<ReadRecord?>(nil)

  init(_ path: String, overwrite: Bool, shardByteCount: Int) throws(LFError) {
    self.shardByteCount = shardByteCount
    folder = try OutputFolder(path, overwrite: overwrite, marker: "config.json")
  }

  func write(
    _ content: OutputContent, threads: Int, progress: @escaping @Sendable (Double) -> Void
  ) throws(LFError) {
    for file in content.files {
      try copy(file)
    }
    let source = ReadRecord(ComposedSource(base: content.base, composed: content.tensors))
    record.withLock { $0 = source }
    let total = max(1, source.tensors.reduce(0) { $0 + $1.byteCount })
    let shards = shards(source.tensors)
    var done = 0
    var names: [(String, JSONValue)] = []
    for (number, shard) in shards.enumerated() {
      let name =
        shards.count == 1
        ? "model.safetensors" : "model-\(padded(number + 1))-of-\(padded(shards.count)).safetensors"
      let writer = try SafetensorsWriter(source, selection: shard)
      let file = try folder.file(name)
      let before = done
      try writer.write(to: file) { progress(Double(before + $0) / Double(total)) }
      try file.publish()
      done += writer.byteCount
      names += shard.map { (source.tensors[$0].name.text, .string(name)) }
    }
    written.withLock { $0 += done }
    if shards.count > 1 {
      let index = JSONObject([
        ("metadata", .object(JSONObject([("total_size", JSONValue(total))]))),
        ("weight_map", .object(JSONObject(names))),
      ])
      let bytes = Array(JSONValue.object(index).pretty.utf8)
      try folder.write(bytes, to: "model.safetensors.index.json")
      written.withLock { $0 += bytes.count }
    }
  }

  /// Bytes of a carried file that are in memory at a time.
  private static let blockBytes = 1 << 20

  private func copy(_ file: CarriedFile) throws(LFError) {
    let output = try folder.file(file.name)
    var block = [UInt8](repeating: 0, count: min(file.byteCount, Self.blockBytes))
    for start in stride(from: 0, to: file.byteCount, by: Self.blockBytes) {
      let count = min(block.count, file.byteCount - start)
      var span = block.mutableSpan
      var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
      try raw.withSlice(0..<count) { (slice) throws(LFError) in
        try file.read(at: start, into: &slice)
        try output.append(slice.bytes)
      }
    }
    try output.publish()
    written.withLock { $0 += file.byteCount }
  }

  func reopen() throws(LFError) -> OpenedModel { try OpenedModel.open(folder.temporaryPath) }

  func isIntact(_ written: OpenedModel, threads: Int) throws(LFError) -> Bool {
    try record.withLock { $0 }?.isHeld(by: written.source) ?? false
  }

  func publish() throws(LFError) { try folder.publish() }

  var byteCount: Int { written.withLock { $0 } }

  /// Positions of the tensors of each shard, in order.
  private func shards(_ tensors: [TensorDescriptor]) -> [[Int]] {
    var result: [[Int]] = [[]]
    var size = 0
    for (index, tensor) in tensors.enumerated() {
      if size > 0, size + tensor.byteCount > shardByteCount {
        result.append([])
        size = 0
      }
      result[result.count - 1].append(index)
      size += tensor.byteCount
    }
    return result
  }

  private func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
