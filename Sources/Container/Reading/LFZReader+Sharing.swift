extension LFZReader {
  /// Whether two tensors are stored as the very same parts, so that what holds
  /// for the bytes of one holds for those of the other.
  public func shareContent(_ first: Int, _ second: Int) -> Bool {
    index.tensors[first].parts == index.tensors[second].parts
  }
}
