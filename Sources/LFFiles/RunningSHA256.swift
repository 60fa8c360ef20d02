import LFCore

#if canImport(CryptoKit)
  import CryptoKit

  /// A SHA-256 in the making.
  struct RunningSHA256 {
    private var hash = SHA256()

    /// - Parameter subject: the file, or what else to name in an error.
    init(_ subject: String) throws(LFError) {}

    mutating func update(_ bytes: RawSpan) throws(LFError) {
      unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    }

    func finish() throws(LFError) -> [UInt8] { Array(hash.finalize()) }
  }
#else
  import CCrypto

  /// A SHA-256 in the making, by OpenSSL's libcrypto.
  @safe struct RunningSHA256: ~Copyable {
    private let context: OpaquePointer?  // EVP_MD_CTX, owned and freed here
    private let subject: String

    /// - Parameter subject: the file, or what else to name in an error.
    init(_ subject: String) throws(LFError) {
      self.subject = subject
      unsafe context = EVP_MD_CTX_new()
      // Every call can fail, for want of memory or of the algorithm.
      guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
        throw Self.failure(subject)
      }
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    mutating func update(_ bytes: RawSpan) throws(LFError) {
      let status = unsafe bytes.withUnsafeBytes {
        unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
      }
      guard status == 1 else { throw Self.failure(subject) }
    }

    func finish() throws(LFError) -> [UInt8] {
      var digest = [UInt8](repeating: 0, count: 32)
      guard unsafe EVP_DigestFinal_ex(context, &digest, nil) == 1 else {
        throw Self.failure(subject)
      }
      return digest
    }

    private static func failure(_ subject: String) -> LFError {
      LFError(
        .internal, "internal.sha256", "libcrypto cannot compute SHA-256", at: .init(file: subject))
    }
  }
#endif
