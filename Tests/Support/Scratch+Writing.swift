import Foundation
public import LFCore

extension Scratch {
  /// Writes a file, and the folders it lies in; gives its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Writes a text file; gives its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  /// A golden case of the repository with changed fields, in a folder of its own.
  public func golden(
    _ name: String, changing change: (inout [String: Any]) -> Void
  ) throws -> String {
    let folder = try copy(Repository.golden(name), as: UUID().uuidString)
    let path = URL(fileURLWithPath: folder + "/case.json")
    guard
      var fields = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
    else { throw CocoaError(.fileReadCorruptFile) }
    change(&fields)
    try JSONSerialization.data(withJSONObject: fields).write(to: path)
    return folder
  }
}

/// The error that a closure throws, nil when it throws none.
public func failure<Result>(_ body: () throws -> Result) -> LFError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? LFError
  }
}

/// Bytes of a safetensors file with this header text.
public func safetensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(littleEndian: length ?? UInt64(header.utf8.count))
  bytes += header.utf8
  bytes += (0..<data).map { UInt8(truncatingIfNeeded: $0) }
  return bytes
}

extension Scratch {
  /// One folder for tests that only need a place.
  public static let shared: Scratch = {
    do { return try Scratch() } catch { fatalError("no temporary folder: \(error)") }
  }()
}
