import Foundation
import LFCheckpoints
import LFCore
import LFModels

/// A file whose bytes a fuzzer chooses, in the folder that `run.sh` makes.
public struct FuzzedFile: Sendable {
  public let path: String
  private let folder: String

  /// A file of this name in `LFCONV_FUZZ_FOLDER`.
  public init(_ name: String) {
    folder = ProcessInfo.processInfo.environment["LFCONV_FUZZ_FOLDER"] ?? NSTemporaryDirectory()
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/" + name
  }

  /// Puts another file beside it.
  public func add(_ name: String, _ bytes: [UInt8]) {
    FileManager.default.createFile(atPath: folder + "/" + name, contents: Data(bytes))
  }

  /// Opens a file of these bytes and reads every tensor of it.
  ///
  /// An error is an answer; a trap, a hang or too much memory is a finding.
  public func read(_ bytes: [UInt8]) {
    write(bytes)
    var limits = Limits.standard
    // A fuzzer's machine is small; what is refused stays refused.
    limits.pickleValues = 100_000
    guard let checkpoint = try? OpenedModel.open(path, options: OpenOptions(limits: limits)) else {
      return
    }
    for (index, tensor) in checkpoint.source.tensors.enumerated() where tensor.byteCount < 1 << 20 {
      _ = try? checkpoint.source.bytes(index)
    }
    try? checkpoint.checksums?.verify(1)
  }
}

extension FuzzedFile {
  /// Makes these bytes the file's content.
  func write(_ bytes: [UInt8]) {
    guard let stream = fopen(path, "w") else { fatalError("cannot write \(path)") }
    fwrite(bytes, 1, bytes.count, stream)
    fclose(stream)
  }
}

/// A fuzzer's bytes as an array.
public func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  guard let start, count > 0 else { return [] }
  return Array(UnsafeBufferPointer(start: start, count: count))
}
