import CPlatform

/// Memory whose size comes from a file or an option is asked for before it is taken.
///
/// The standard library ends the process when it gets none, and the system kills
/// one that takes more than there is.
package enum MemoryLimit {
  /// Bytes that are taken without asking.
  package static let unasked = 4 << 20

  /// Demands that so many bytes can be had.
  ///
  /// - Parameter purpose: ends the error's sentence "no memory for … bytes of".
  /// - Throws: `memory.exhausted`.
  package static func check(_ byteCount: Int, for purpose: String) throws(LFError) {
    guard byteCount > unasked else { return }
    guard lf_memory_available(UInt64(byteCount)) != 0 else {
      throw exhausted(byteCount, purpose)
    }
  }

  /// The same for elements; a product that overflows is more than there can be.
  package static func check(
    _ count: Int, of stride: Int, for purpose: String
  ) throws(LFError) {
    let (bytes, overflows) = count.multipliedReportingOverflow(by: stride)
    try check(overflows ? .max : bytes, for: purpose)
  }

  /// The error for memory that cannot be had.
  static func exhausted(_ byteCount: Int, _ purpose: String) -> LFError {
    LFError(.io, "memory.exhausted", "no memory for \(byteCount) bytes of \(purpose)")
  }
}
