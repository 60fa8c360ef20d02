package import Container
package import TensorCore

extension LFZProvenance.SourceFile {
  /// The digest in hexadecimal digits.
  package var sha256Text: String? {
    sha256.map { bytes in
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  /// Name, size and, where there is one, digest.
  package var json: JSONValue {
    var object = JSONObject([("name", .string(name)), ("bytes", JSONValue(byteCount))])
    if let sha256Text { object["sha256"] = .string(sha256Text) }
    return .object(object)
  }
}
