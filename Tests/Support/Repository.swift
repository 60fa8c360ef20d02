import Foundation

/// Places in this repository.
public enum Repository {
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Folder of all golden cases.
  public static let golden = root + "/Golden/cases"

  /// Folder of a golden case.
  public static func golden(_ name: String) -> String { golden + "/" + name }

  /// Names of all golden cases.
  public static let goldenNames: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: golden)) ?? []
    return names.filter { FileManager.default.fileExists(atPath: golden($0) + "/case.json") }
      .sorted()
  }()

  /// The folder that `LFCONV_REAL_CHECKPOINTS` names; nil where it is empty or not set,
  /// and tests of real models are skipped.
  public static let realCheckpoints: String? = {
    let path = ProcessInfo.processInfo.environment["LFCONV_REAL_CHECKPOINTS"] ?? ""
    return path.isEmpty ? nil : path
  }()

  /// `checkpoint_vh.pt` of sapiens 1.0.2, or nil when it has not been fetched.
  public static let realCheckpoint: String? = {
    let path = root + "/.build/real-checkpoints/sapiens/checkpoint_vh.pt"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}
