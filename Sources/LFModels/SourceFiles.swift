package import LFContainer
package import LFCore
import LFFiles
import Synchronization

/// What identifies the files that weights were read from.
package enum SourceFiles {
  /// Names, sizes and, on request, digests of files.
  ///
  /// Names are without folders: the same model gives the same bytes anywhere.
  package static func described(
    _ files: [OpenedModel.WeightFile], sha256: Bool, threads: Int
  ) throws(LFError) -> [LFZProvenance.SourceFile] {
    let described = Mutex(
      files.map { LFZProvenance.SourceFile(name: Paths.name($0.path), byteCount: $0.byteCount) })
    guard sha256 else { return described.withLock { $0 } }
    try ParallelTasks(threads: threads).run(files.count) { (index) throws(LFError) in
      let digest = try InputFile(files[index].path).sha256()
      described.withLock { $0[index].sha256 = digest }
    }
    return described.withLock { $0 }
  }
}

extension LFZProvenance.SourceFile {
  /// The digest in hexadecimal digits.
  package var sha256Text: String? { sha256.map { hexadecimal($0) } }

  /// Name, size and, where there is one, digest.
  package var json: JSONValue {
    var object = JSONObject([("name", .string(name)), ("bytes", JSONValue(byteCount))])
    if let sha256Text { object["sha256"] = .string(sha256Text) }
    return .object(object)
  }
}
