/// The band of a sliding-window layer.
public struct SlidingWindow: Sendable, Equatable {
  /// Keys on each side of the query: half of Hugging Face's `attention_window`,
  /// all of AI2's. The query's own key comes on top.
  public let oneSided: Int
  /// Distance between neighbouring keys of the band, one for each head; 1 is
  /// the plain band. Query i sees the keys i + d·k for |k| ≤ `oneSided`.
  public let dilations: [Int]
  /// Whether only keys up to the query itself are seen, global ones included.
  public let isCausal: Bool

  /// A band with one dilation for each head.
  public init(oneSided: Int, dilations: [Int], isCausal: Bool = false) {
    self.oneSided = oneSided
    self.dilations = dilations
    self.isCausal = isCausal
  }
}
