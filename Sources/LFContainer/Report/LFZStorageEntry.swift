public import LFCore

/// How one tensor or file is stored.
public struct LFZStorageEntry: Sendable, Equatable {
  public let name: TensorName
  /// Bytes of its values.
  public let rawBytes: Int
  /// Bytes in the file that are counted for it; what several share is counted
  /// for the first, so that the numbers add up.
  public internal(set) var storedBytes = 0
  /// The first tensor or file whose bytes it uses; nil when all are its own.
  public internal(set) var sharedWith: TensorName?
  /// The tensor it equals by the model's meaning.
  public let tiedTo: TensorName?
}
