import LFCore

/// Names of carried files, which become paths when a model is unpacked.
enum CarriedName {
  /// Checks that a name is a plain relative path.
  ///
  /// - Throws: `lfz.file-name` for anything that could lead out of a folder.
  static func check(_ name: String, limits: Limits) throws(LFError) {
    let bytes = name.utf8
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let safe =
      bytes.count <= limits.nameBytes
      && !bytes.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }
      && !parts.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    guard safe else {
      throw .refused(
        "lfz.file-name", at: .init(entry: printable(name, limit: 80)),
        expected: "a plain relative path of 1 to \(limits.nameBytes) bytes",
        found: "\"\(printable(name, limit: 80))\"")
    }
  }
}
