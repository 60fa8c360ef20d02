import Foundation

/// How an invalid file of the corpora must be refused (`Corpora/answers.py`).
public struct Refusal: Decodable, Sendable {
  public let exit: Int32
  /// The error's stable code.
  public let code: String
  /// The entry it names; a long one is cut.
  public let at: String?
  /// Words that tell it from other refusals of its code.
  public let says: String

  /// Folder of all corpora.
  public static let corpora = Repository.root + "/Tests/Corpora"

  /// Paths of a kind's files, "valid" or "invalid".
  public static func names(_ kind: String, _ part: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(corpora)/\(kind)/\(part)")
    return (names ?? []).sorted().filter { $0 != "expected.json" }
  }

  /// What must be answered to each invalid file of a kind.
  public static func all(_ kind: String) throws -> [String: Refusal] {
    let path = "\(corpora)/\(kind)/invalid/expected.json"
    return try JSONDecoder().decode(
      [String: Refusal].self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// What differs between this and an error; empty when nothing does.
  public func differences(
    exit: Int32, code: String, entry: String?, text: String
  ) -> [String] {
    var result: [String] = []
    if exit != self.exit { result.append("exit code \(exit) instead of \(self.exit)") }
    if code != self.code { result.append("code \(code) instead of \(self.code)") }
    let fits = at.map { wanted in
      wanted.hasSuffix("…") ? entry?.hasPrefix(wanted.dropLast()) == true : entry == wanted
    }
    if !(fits ?? (entry == nil)) { result.append("entry \(entry ?? "-") instead of \(at ?? "-")") }
    if !text.contains(says) { result.append("\"\(text)\" does not say \"\(says)\"") }
    return result
  }
}
