public import LFCore

/// What came of writing a container.
public struct LFZWriteSummary: Sendable {
  /// Bytes of the file.
  public let byteCount: Int
  /// Bytes of the tensors and files it stands for.
  public let rawByteCount: Int
  /// Tensors that were said to be tied to a tensor they do not equal; they are
  /// stored as what they are, without the tie.
  public let brokenTies: [TensorName]
}
