import Foundation
import TensorCore

/// Files of the corpora beside the tests.
enum Corpora {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpora/pytorch").path

  /// Names of the checkpoints in a subfolder.
  static func files(_ subfolder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + subfolder)
    return (names ?? []).sorted().filter { name in
      [".pt", ".bin", ".ckpt", ".pth"].contains { name.hasSuffix($0) }
    }
  }

  /// Exit codes that the invalid files must lead to.
  static func expected() -> [String: Int32] {
    struct Answer: Decodable { let exit: Int32 }
    guard let data = FileManager.default.contents(atPath: folder + "/invalid/expected.json"),
      let answers = try? JSONDecoder().decode([String: Answer].self, from: data)
    else { return [:] }
    return answers.mapValues(\.exit)
  }
}
