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
}
