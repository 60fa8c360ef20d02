import Foundation

/// A folder of its own for one test, removed when the test ends.
public final class Scratch: Sendable {
  public let path: String

  public init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("lfconv-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Path of something in the folder.
  public func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes a file.
  @discardableResult
  public func file(_ name: String, _ content: Data) throws -> String {
    try content.write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }

  /// Writes a text file.
  @discardableResult
  public func file(_ name: String, _ text: String = "") throws -> String {
    try file(name, Data(text.utf8))
  }

  /// Copies a file or folder in, so that it can be changed.
  public func copy(_ source: String, as name: String) throws -> String {
    try FileManager.default.copyItem(atPath: source, toPath: self(name))
    return self(name)
  }

  /// Names in the folder, hidden ones included.
  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}
