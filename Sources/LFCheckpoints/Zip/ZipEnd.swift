import LFCore
import LFFiles

/// The end of a zip archive: where its central directory lies.
struct ZipEnd {
  /// Members of the archive.
  let entryCount: Int
  /// Bytes of the central directory.
  let directory: Range<Int>

  private static let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
  private static let wideSignature: UInt32 = 0x0606_4B50
  private static let locatorSignature: UInt32 = 0x0706_4B50
  private static let byteCount = 22
  private static let locatorByteCount = 20
  private static let wideByteCount = 56

  init(_ file: InputFile) throws(LFError) {
    let start = try Self.find(file)
    var cursor = ByteCursor(
      try file.bytes(at: start, count: Self.byteCount)[...], location: .init(offset: start))
    _ = try cursor.take(4)
    let disks = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let counts = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let size: UInt32 = try cursor.integer()
    let offset: UInt32 = try cursor.integer()

    let wide = try Self.wide(file, before: start)
    let directoryEnd = wide?.start ?? start
    let narrow = (disks.0 == 0 || disks.0 == 0xFFFF) && (disks.1 == 0 || disks.1 == 0xFFFF)
    guard narrow, counts.0 == counts.1 else {
      throw .refused(
        "zip.end", at: .init(offset: start), expected: "an archive in one file",
        found: "parts of several")
    }
    // A field of ones refers to the wide record; any other has to agree.
    let count = try Self.merge(Int(counts.1), 0xFFFF, wide?.count, at: start)
    let directoryCount = try Self.merge(Int(size), 0xFFFF_FFFF, wide?.directoryCount, at: start)
    let directoryStart = try Self.merge(Int(offset), 0xFFFF_FFFF, wide?.directoryStart, at: start)
    let (end, overflow) = directoryStart.addingReportingOverflow(directoryCount)
    guard !overflow, end == directoryEnd else {
      throw .refused(
        "zip.directory", at: .init(offset: start),
        expected: "a central directory that ends at \(directoryEnd)",
        found: overflow ? "one beyond any file" : "one that ends at \(end)",
        hint: "bytes before or inside the archive were added or lost")
    }
    entryCount = count
    directory = directoryStart..<end
  }

  /// The one end record whose comment ends the file.
  private static func find(_ file: InputFile) throws(LFError) -> Int {
    let tailCount = min(file.byteCount, byteCount + 0xFFFF)
    let tailStart = file.byteCount - tailCount
    let tail = try file.bytes(at: tailStart, count: tailCount)
    var found: [Int] = []
    if tailCount >= byteCount {
      for start in 0...tailCount - byteCount where tail[start...].starts(with: signature) {
        let comment = Int(tail[start + 20]) | Int(tail[start + 21]) << 8
        if start + byteCount + comment == tailCount { found.append(tailStart + start) }
      }
    }
    guard let start = found.first, found.count == 1 else {
      throw .refused(
        "zip.end", at: .init(offset: found.first ?? tailStart),
        expected: "one end record that ends the file",
        found: found.isEmpty ? "none" : "\(found.count)",
        hint: found.isEmpty ? "the file is incomplete; copy or download it again" : nil)
    }
    return start
  }

  private struct Wide {
    let start: Int
    let count: Int
    let directoryCount: Int
    let directoryStart: Int
  }

  /// The zip64 record, when a locator stands before the end record.
  private static func wide(_ file: InputFile, before end: Int) throws(LFError) -> Wide? {
    guard end >= locatorByteCount else { return nil }
    let locatorStart = end - locatorByteCount
    var locator = ByteCursor(
      try file.bytes(at: locatorStart, count: locatorByteCount)[...],
      location: .init(offset: locatorStart))
    guard try locator.integer(UInt32.self) == locatorSignature else { return nil }
    let disk: UInt32 = try locator.integer()
    let start = try locator.count64()
    let disks: UInt32 = try locator.integer()
    guard disk == 0, disks <= 1, start <= locatorStart, locatorStart - start == wideByteCount
    else {
      throw .refused(
        "zip.end", at: .init(offset: locatorStart),
        expected: "a zip64 end record of \(wideByteCount) bytes right before its locator",
        found: "one at \(start)")
    }
    var record = ByteCursor(
      try file.bytes(at: start, count: wideByteCount)[...], location: .init(offset: start))
    let signature: UInt32 = try record.integer()
    let rest = try record.count64()
    _ = try record.take(4)
    let parts = (try record.integer(UInt32.self), try record.integer(UInt32.self))
    let counts = (try record.count64(), try record.count64())
    let size = try record.count64()
    let offset = try record.count64()
    guard signature == wideSignature, rest == wideByteCount - 12, parts == (0, 0),
      counts.0 == counts.1
    else {
      throw .refused(
        "zip.end", at: .init(offset: start), expected: "a zip64 end record of one file",
        found: "another record")
    }
    return Wide(start: start, count: counts.1, directoryCount: size, directoryStart: offset)
  }

  private static func merge(
    _ narrow: Int, _ mark: Int, _ wide: Int?, at offset: Int
  ) throws(LFError) -> Int {
    guard let wide else { return narrow }
    guard narrow == mark || narrow == wide else {
      throw .refused(
        "zip.end", at: .init(offset: offset), expected: "both end records to agree",
        found: "\(narrow) and \(wide)")
    }
    return wide
  }
}
