import CContainer

/// The container's checksums: fast, and no protection against forgery.
enum Digest {
  /// XXH3-64.
  static func xxh64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    unsafe lfz_hash64(bytes.baseAddress, bytes.count)
  }

  /// XXH3-64.
  static func xxh64(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe xxh64($0) }
  }
}
