/// Where the bytes of a blob come from.
enum BlobContent: Hashable, Sendable {
  /// The source's tensor `index`, from byte `start` on.
  case tensor(index: Int, start: Int)
  /// Zero bytes.
  case zeros
  /// A carried file.
  case file(Int)
}
