import Foundation
import TensorCore
import TestSupport

extension Scratch {
  /// Writes a file, and the folders it lies in; gives its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Writes a text file; gives its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}

/// The error that a closure throws, nil when it throws none.
func failure<Result>(_ body: () throws -> Result) -> LFError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? LFError
  }
}
