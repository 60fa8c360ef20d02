import LFCore

/// What the index says, checked.
struct LFZIndex: Sendable, Equatable {
  /// Bytes that are stored once.
  struct Blob: Sendable, Equatable {
    /// Raw bytes; at least 1.
    var byteCount: Int
    var digest: Digest128
    /// Its chunks; the first is the one after the last of the blob before.
    var chunks: Range<Int>
  }

  /// A blob or its beginning, repeated.
  struct Part: Sendable, Hashable {
    var blob: Int
    /// Bytes taken from the blob's start, for each repetition.
    var unit: Int
    var repeats: Int
    /// Whether `unit` is the whole blob.
    var isWhole: Bool

    /// Bytes of all repetitions; checked when the index was read.
    var byteCount: Int { unit * repeats }
  }

  struct Tensor: Sendable, Equatable {
    var descriptor: TensorDescriptor
    var parts: [Part]
    var tiedTo: TensorName?
  }

  struct File: Sendable, Equatable {
    var name: String
    var byteCount: Int
    var parts: [Part]
  }

  var blobs: [Blob]
  var tensors: [Tensor]
  var files: [File]
  var provenance: LFZProvenance
}
