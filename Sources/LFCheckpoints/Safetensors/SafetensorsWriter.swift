package import LFCore
package import LFFiles

/// Writes tensors of any source as a `.safetensors` file, in bounded memory.
package struct SafetensorsWriter: Sendable {
  /// Most bytes that are held at a time.
  package static let bufferByteCount = 8 << 20

  private let source: any TensorSource
  private let selection: [Int]
  private let layout: SafetensorsLayout

  /// Plans a file with some or all tensors of a source.
  ///
  /// - Parameters:
  ///   - selection: positions in the source, for one shard of many; nil for all.
  ///   - metadata: `{"format": "pt"}` is what Hugging Face's loader insists on.
  package init(
    _ source: any TensorSource, selection: [Int]? = nil,
    metadata: JSONObject = JSONObject([("format", "pt")])
  ) throws(LFError) {
    self.source = source
    self.selection = selection ?? Array(source.tensors.indices)
    layout = try SafetensorsLayout(
      self.selection.map { source.tensors[$0] }, metadata: metadata)
  }

  /// Bytes that the file will have.
  package var byteCount: Int { layout.byteCount }

  /// Writes everything into an empty file, which the caller publishes.
  ///
  /// - Parameter progress: called now and then with the bytes written so far.
  package func write(
    to file: OutputFile, progress: ((Int) -> Void)? = nil
  ) throws(LFError) {
    try file.append(layout.header)
    var buffer: [UInt8] = []
    var position = layout.header.count
    for place in layout.order {
      let index = selection[place]
      let count = source.tensors[index].byteCount
      if buffer.count < min(count, Self.bufferByteCount) {
        buffer = [UInt8](repeating: 0, count: min(count, Self.bufferByteCount))
      }
      var offset = 0
      while offset < count {
        let part = min(count - offset, buffer.count)
        var span = buffer.mutableSpan
        var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
        try raw.withSlice(0..<part) { (slice) throws(LFError) in
          try source.read(index, at: offset, into: &slice)
        }
        try file.append(unsafe buffer.span.bytes.extracting(first: part))
        offset += part
        position += part
        progress?(position)
      }
    }
  }
}
