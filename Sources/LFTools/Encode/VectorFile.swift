import LFCheckpoints
package import LFCore
package import LFFiles
package import Longformer

/// The safetensors file that `encode` writes, text by text: `embeddings` float32
/// [N, H], or `last_hidden_state.N` float32 [S, H] of each text without pooling.
package struct VectorFile {
  // One of the two.
  private var rows: SafetensorsRows?
  private var states: StateFile?

  /// - Parameter file: an empty file, which the caller publishes.
  package init(_ encoder: TextEncoder, to file: OutputFile) throws(LFError) {
    if encoder.options.pooling == .none {
      states = StateFile(width: encoder.vectorSize, to: file)
    } else {
      rows = try SafetensorsRows("embeddings", width: encoder.vectorSize, to: file)
    }
  }

  /// Adds a text's result.
  package mutating func append(_ embedding: TextEmbedding) throws(LFError) {
    try rows?.append(embedding.values)
    try states?.append(embedding.values)
  }

  /// Completes the file.
  package mutating func finish() throws(LFError) {
    try rows?.finish()
    try states?.finish()
  }
}
