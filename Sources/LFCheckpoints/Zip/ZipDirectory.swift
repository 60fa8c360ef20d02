import LFCore
import LFFiles

/// The members of a zip archive, as far as PyTorch's archives go.
///
/// Zip describes every member twice, and readers that trust different halves
/// see different archives. Here both halves have to agree, and the members have
/// to fill the file from its first byte to the central directory: no hiding
/// place, no overlap, nothing before or after.
///
/// Checksums: of the pickle always (`verifyChecksum`), of the weights only when
/// asked for. Reading them twice would double the cost of a conversion, and
/// a part of a member says nothing about its checksum.
struct ZipDirectory: Sendable {
  /// Longest central directory that is read, some hundred thousand members.
  static let directoryLimit = 64 << 20

  let file: InputFile
  /// The members, by position in the file.
  private(set) var entries: [ZipEntry] = []
  private var places: [TensorName: Int] = [:]

  init(_ file: InputFile, limits: Limits) throws(LFError) {
    self.file = file
    let end = try ZipEnd(file)
    let most = 2 * limits.tensors + 1024
    guard end.directory.count <= Self.directoryLimit, end.entryCount <= most else {
      throw .refused(
        "zip.entry-count", at: .init(offset: end.directory.lowerBound),
        expected: "at most \(most) members",
        found: "\(end.entryCount) in \(end.directory.count.counted("byte"))")
    }
    var cursor = ByteCursor(
      try file.bytes(at: end.directory.lowerBound, count: end.directory.count)[...],
      location: .init(offset: end.directory.lowerBound))
    while cursor.remaining > 0 {
      guard entries.count < end.entryCount else {
        throw .refused(
          "zip.directory", at: cursor.here, expected: "\(end.entryCount.counted("member"))",
          found: "more")
      }
      entries.append(try ZipHeader.central(&cursor, limits: limits))
    }
    guard entries.count == end.entryCount else {
      throw .refused(
        "zip.directory", at: cursor.here, expected: "\(end.entryCount.counted("member"))",
        found: "\(entries.count)")
    }
    try arrange(end: end.directory.lowerBound)
  }

  /// The member of a name.
  subscript(name: String) -> ZipEntry? { places[TensorName(name)].map { entries[$0] } }

  /// The content of a small stored member.
  func contents(_ entry: ZipEntry, limit: Int) throws(LFError) -> [UInt8] {
    let range = try entry.storedRange()
    guard range.count <= limit else {
      throw .refused(
        "zip.entry-size", at: .init(entry: entry.name), expected: "at most \(limit) bytes",
        found: "\(range.count)")
    }
    return try file.bytes(at: range.lowerBound, count: range.count)
  }

  /// Reads a stored member and compares its checksum, unless it has none.
  func verifyChecksum(_ entry: ZipEntry) throws(LFError) {
    let range = try entry.storedRange()
    guard entry.checksum != 0 else { return }
    var checksum = CRC32()
    var position = range.lowerBound
    while position < range.upperBound {
      let count = min(range.upperBound - position, 1 << 20)
      checksum.update(try file.bytes(at: position, count: count)[...])
      position += count
    }
    guard checksum.value == entry.checksum else {
      throw .refused(
        "zip.checksum", at: .init(entry: entry.name),
        expected: "CRC-32 " + String(entry.checksum, radix: 16),
        found: String(checksum.value, radix: 16),
        hint: "the file is damaged; copy or download it again")
    }
  }

  // MARK: Layout

  /// Checks the local headers, and that the members tile the file.
  private mutating func arrange(end: Int) throws(LFError) {
    entries.sort { $0.headerStart < $1.headerStart }
    var position = 0
    for index in entries.indices {
      let name = entries[index].name
      guard places.updateValue(index, forKey: TensorName(name)) == nil else {
        throw .refused(
          "zip.duplicate", at: .init(entry: name), expected: "names that are unique",
          found: "one twice")
      }
      let start = entries[index].headerStart
      guard start == position else {
        throw .refused(
          start < position ? "zip.overlap" : "zip.hole", at: .init(entry: name, offset: start),
          expected: "a member that begins at \(position)", found: "\(start)")
      }
      entries[index].dataStart = try ZipHeader.checkLocal(entries[index], in: file, end: end)
      position = entries[index].dataEnd
      if entries[index].hasDescriptor {
        let next = index + 1 < entries.count ? entries[index + 1].headerStart : end
        try ZipHeader.checkDescriptor(entries[index], in: file, next: next)
        position = next
      }
    }
    guard position == end else {
      throw .refused(
        "zip.hole", at: .init(offset: position),
        expected: "the central directory after the last member", found: "\(end - position) bytes")
    }
  }
}
