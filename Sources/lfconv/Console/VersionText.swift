import CProtobufC
import CXXHash
import CZstd
import LFCore
import LFEncoder
import LFFiles

#if canImport(CCrypto)
  import CCrypto
#endif

/// What `--version` tells: this program, the libraries that it was loaded with,
/// and what it computes with here.
enum VersionText {
  static var text: String {
    """
    \(ToolVersion.text)
    libraries: \(libraries.map { "\($0) \($1)" }.joined(separator: ", "))
    instruction set: \(InstructionSet.name), on \(Machine.processorName)
    """
  }

  private static var libraries: [(String, String)] {
    let hash = Int(XXH_versionNumber())
    var result = [
      ("zstd", unsafe String(cString: ZSTD_versionString())),
      ("protobuf-c", unsafe String(cString: protobuf_c_version())),
      ("xxHash", "\(hash / 10_000).\(hash / 100 % 100).\(hash % 100)"),
    ]
    #if canImport(CCrypto)
      // As in "OpenSSL 3.0.15 3 Sep 2024".
      let words = unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)).split(separator: " ")
      if words.count > 1 { result.append((String(words[0]), String(words[1]))) }
    #endif
    return result
  }
}
