/// What a group of tensors costs.
public struct LFZStorageGroup: Sendable, Equatable {
  public let name: String
  public internal(set) var tensors = 0
  public internal(set) var rawBytes = 0
  /// Bytes in the file that are counted for the group.
  public internal(set) var storedBytes = 0
}
