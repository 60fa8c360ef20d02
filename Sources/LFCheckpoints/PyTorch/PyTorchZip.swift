package import LFCore
package import LFFiles

/// The archive that `torch.save` has written since PyTorch 1.6: a zip file with
/// a pickle and one member a storage.
package enum PyTorchZip {
  /// Newest version of the format that PyTorch itself reads.
  private static let newestVersion = 10

  /// Reads the archive's directory and pickle.
  package static func open(_ file: InputFile, limits: Limits) throws(LFError) -> PyTorchArchive {
    let directory = try ZipDirectory(file, limits: limits)
    let root = try root(directory)
    try refuseScript(directory, root: root)
    try checkByteOrder(directory, root: root)
    try checkVersion(directory, root: root)
    let name = root + "/data.pkl"
    guard let pickle = directory[name] else {
      throw .refused("pytorch.no-pickle", expected: name, found: "none")
    }
    let range = try pickle.storedRange()
    guard range.count <= limits.pickleBytes else {
      throw .refused(
        "pickle.size", at: .init(entry: name),
        expected: "a pickle of at most \(limits.pickleBytes) bytes", found: "\(range.count)")
    }
    try directory.verifyChecksum(pickle)
    var stream = PickleStream(file, range: range)
    let graph: PickleGraph
    do throws(LFError) {
      graph = try PickleMachine.run(&stream, limits: limits)
      guard stream.remaining == 0 else {
        throw .refused(
          "pickle.trailing", at: .init(offset: stream.offset), expected: "the end of the pickle",
          found: "\(stream.remaining) more bytes")
      }
    } catch {
      throw error.located(entry: name)
    }
    return PyTorchArchive(
      format: "PyTorch zip", file: file, graph: graph,
      storages: try storages(directory, root: root)
    ) { (progress) throws(LFError) in
      for (index, entry) in directory.entries.enumerated() where entry.method == 0 {
        do throws(LFError) {
          try directory.verifyChecksum(entry)
        } catch {
          throw error.located(file: file.path)
        }
        progress(Double(index + 1) / Double(directory.entries.count))
      }
    }
  }

  /// The folder inside the archive that everything lies in.
  private static func root(_ directory: ZipDirectory) throws(LFError) -> String {
    let suffix = "/data.pkl"
    let pickles = directory.entries.map(\.name).filter {
      $0.hasSuffix(suffix) && !$0.dropLast(suffix.count).contains("/")
    }
    guard let pickle = pickles.first, pickles.count == 1 else {
      if directory.entries.contains(where: { $0.name.hasSuffix(".npy") }) {
        throw .unsupported("checkpoint.numpy", "NumPy archives are not supported")
      }
      throw .refused(
        "pytorch.no-pickle", expected: "one member <name>/data.pkl in the zip archive",
        found: "\(pickles.count)")
    }
    let root = String(pickle.dropLast(suffix.count))
    for entry in directory.entries where !entry.name.utf8.starts(with: (root + "/").utf8) {
      throw .refused(
        "pytorch.stray-member", at: .init(entry: entry.name),
        expected: "only members under \(root)/", found: "another one")
    }
    return root
  }

  private static func refuseScript(
    _ directory: ZipDirectory, root: String
  ) throws(LFError) {
    let marks = [root + "/constants.pkl", root + "/code/"]
    let isScript = directory.entries.contains { entry in
      marks.contains { entry.name.utf8.starts(with: $0.utf8) }
    }
    if isScript {
      throw .unsupported(
        "pytorch.script", "TorchScript archives are not supported",
        hint: "save the state_dict() of the original model")
    }
  }

  private static func checkByteOrder(
    _ directory: ZipDirectory, root: String
  ) throws(LFError) {
    // Files from before PyTorch 2.1 do not say; they are little-endian.
    guard let entry = directory[root + "/byteorder"] else { return }
    switch String(decoding: try directory.contents(entry, limit: 64), as: UTF8.self) {
    case "little": return
    case "big":
      throw .unsupported(
        "pytorch.big-endian", at: .init(entry: entry.name),
        "weights in big-endian byte order are not supported")
    case let text:
      throw .refused(
        "pytorch.byteorder", at: .init(entry: entry.name), expected: "little or big",
        found: "\"\(printable(text))\"")
    }
  }

  private static func checkVersion(
    _ directory: ZipDirectory, root: String
  ) throws(LFError) {
    guard let entry = directory[root + "/version"] else { return }
    let text = String(decoding: try directory.contents(entry, limit: 64), as: UTF8.self)
    guard let version = Int(text.prefix { $0 != "\n" }), version > 0 else {
      throw .refused(
        "pytorch.version", at: .init(entry: entry.name), expected: "a version",
        found: "\"\(printable(text))\"")
    }
    guard version <= newestVersion else {
      throw .unsupported(
        "pytorch.version", at: .init(entry: entry.name), "version \(version) is not supported")
    }
  }

  private static func storages(
    _ directory: ZipDirectory, root: String
  ) throws(LFError) -> [TensorName: Range<Int>] {
    var result: [TensorName: Range<Int>] = [:]
    let prefix = root + "/data/"
    for entry in directory.entries {
      guard let key = TensorName(entry.name).dropping(prefix: prefix), !key.bytes.isEmpty,
        entry.name.utf8.last != UInt8(ascii: "/")
      else { continue }
      result[key] = try entry.storedRange()
    }
    return result
  }
}
