import Foundation
import LFCore

/// Files of the corpora beside the tests.
public enum Corpora {
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpora/pytorch").path

  /// Names of the checkpoints in a subfolder.
  public static func files(_ subfolder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + subfolder)
    return (names ?? []).sorted().filter { name in
      [".pt", ".bin", ".ckpt", ".pth"].contains { name.hasSuffix($0) }
    }
  }
}
