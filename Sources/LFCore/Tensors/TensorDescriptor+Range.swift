extension TensorDescriptor {
  /// Checks that a caller stays inside the tensor it asks for.
  ///
  /// Past its end lie the bytes of another tensor, which would be wrong
  /// numbers without any sign of it.
  package func checkRange(at offset: Int, count: Int) throws(LFError) {
    guard offset >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw LFError(
        .internal, "internal.read-range",
        "bytes \(offset)+\(count) asked of a tensor of \(byteCount)", at: .init(entry: name.text))
    }
  }
}
