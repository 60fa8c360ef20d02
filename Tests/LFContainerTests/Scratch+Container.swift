import Foundation
import LFCore
import LFFiles
import TestSupport

@testable import LFContainer

extension Scratch {
  /// Writes a container and opens it.
  func container(
    _ tensors: [ComposedTensor], from source: any TensorSource, files: [CarriedFile] = [],
    provenance: LFZProvenance = .init(tool: "test"), compression: LFZCompression = .standard,
    threads: Int = 2, name: String = "x.lfz"
  ) throws -> LFZReader {
    let output = try OutputFile(path + "/" + name, overwrite: true)
    try LFZWriter.write(
      tensors: tensors, from: source, files: files, provenance: provenance,
      compression: compression, threads: threads, to: output)
    try output.publish()
    return try LFZReader(InputFile(path + "/" + name))
  }

  /// Opens bytes as a container.
  func open(_ bytes: [UInt8], limits: Limits = .standard) throws -> LFZReader {
    let name = path + "/" + UUID().uuidString
    try Data(bytes).write(to: URL(fileURLWithPath: name))
    // An opened file stays readable.
    defer { unlink(name) }
    return try LFZReader(InputFile(name), limits: limits)
  }

  /// The bytes of a file.
  func bytes(_ name: String = "x.lfz") throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }
}
