import LFCore
import Testing

@testable import LFContainer

/// A defect of a container, and the error that must name it.
struct Mutation: Sendable, CustomTestStringConvertible {
  let name: String
  let code: String
  let kind: LFError.Kind
  let apply: @Sendable (inout CraftedContainer) -> Void

  init(
    _ name: String, _ code: String, _ kind: LFError.Kind = .refused,
    _ apply: @escaping @Sendable (inout CraftedContainer) -> Void
  ) {
    self.name = name
    self.code = code
    self.kind = kind
    self.apply = apply
  }

  var testDescription: String { name }

  static let all: [Mutation] = header + table + chunks + index

  static let header: [Mutation] = [
    Mutation("magic of PNG", "lfz.magic") { $0.magic[0] = 0x88 },
    Mutation("magic after a text transfer", "lfz.magic") { $0.magic.remove(at: 4) },
    Mutation("header checksum", "lfz.header-checksum") { $0.headerChecksum = 1 },
    Mutation("major version 0", "lfz.version", .unsupported) { $0.major = 0 },
    Mutation("major version 2", "lfz.version", .unsupported) { $0.major = 2 },
    Mutation("required feature", "lfz.feature", .unsupported) { $0.features = 1 },
    Mutation("high required feature", "lfz.feature", .unsupported) { $0.features = 1 << 63 },
    Mutation("header size 60", "lfz.header") { $0.headerBytes = 60 },
    Mutation("header size 128", "lfz.header") { $0.headerBytes = 128 },
    Mutation("file length too small", "lfz.trailing") { $0.fileByteCount = 640 },
    Mutation("file length too large", "lfz.truncated") { $0.fileByteCount = 1 << 40 },
    Mutation("file length 2^64 - 1", "bytes.range") { $0.fileByteCount = .max },
    Mutation("trailing byte", "lfz.trailing") { $0.trailing = [0] },
    Mutation("table in the header", "lfz.header") { $0.tableOffset = 0 },
    Mutation("table not aligned", "lfz.header") { $0.tableOffset = 65 },
    Mutation("table beyond the file", "lfz.header") { $0.tableOffset = 1 << 40 },
    Mutation("table at 2^63", "bytes.range") { $0.tableOffset = 1 << 63 },
    Mutation("one chunk more", "lfz.header") { $0.chunkCount = UInt32($0.chunks.count + 1) },
    Mutation("2^32 - 1 chunks", "lfz.header") { $0.chunkCount = .max },
    Mutation("no chunks", "lfz.header") { $0.chunkCount = 0 },
    Mutation("index one byte shorter", "lfz.header") {
      $0.indexByteCount = UInt32($0.index.encoded.count - 1)
    },
    Mutation("index longer than allowed", "lfz.limit") { $0.indexByteCount = 16 << 20 | 1 },
    Mutation("metadata checksum", "lfz.index-checksum") { $0.metadataChecksum = 0 },
    Mutation("reserved header bytes", "lfz.header") { $0.reserved = 1 },
  ]

  static let table: [Mutation] = [
    Mutation("chunk in the header", "lfz.table") { $0.chunks[0].offset = 0 },
    Mutation("chunks overlap", "lfz.table") { $0.chunks[1].offset = 64 },
    Mutation("chunk not aligned", "lfz.table") { $0.chunks[1].offset = 65 },
    Mutation("chunk beyond the table", "lfz.table") { $0.chunks[3].offset = 1 << 20 },
    Mutation("chunk offset 2^64 - 1", "lfz.table") { $0.chunks[0].offset = .max },
    Mutation("chunks exchanged", "lfz.table") { container in
      container.chunks[0].offset = 64 + 2688
      container.chunks[1].offset = 64
    },
    Mutation("hole before the table", "lfz.table") { $0.gap = [UInt8](repeating: 0, count: 64) },
    Mutation("hole between chunks", "lfz.table") {
      $0.chunks[1].padding = [UInt8](repeating: 0, count: 48 + 64)
    },
    Mutation("stored length of 0", "lfz.table") { $0.chunks[0].storedCount = 0 },
    Mutation("stored length of 2^32 - 1", "lfz.table") { $0.chunks[0].storedCount = .max },
    Mutation("stored length of a raw chunk", "lfz.table") { $0.chunks[1].storedCount = 15 },
    Mutation("coded chunk without gain", "lfz.table") { container in
      container.chunks[3].rawCount = UInt32(container.chunks[3].bytes.count)
    },
    Mutation("raw length of 0", "lfz.table") { $0.chunks[0].rawCount = 0 },
    Mutation("raw length beyond a chunk's", "lfz.table") { $0.chunks[3].rawCount = 1 << 20 | 1 },
    Mutation("planes of part of an element", "lfz.table") { $0.chunks[0].rawCount = 4095 },
    Mutation("planes of too many elements", "lfz.table") { $0.chunks[0].rawCount = 131_073 * 4 },
    Mutation("planes of bytes", "lfz.table") { $0.chunks[0].elementType = ElementType.u8.code },
    Mutation("unknown codec", "lfz.table") { $0.chunks[0].codec = 3 },
    Mutation("element type 0", "lfz.table") { $0.chunks[0].elementType = 0 },
    Mutation("element type 14", "lfz.table") { $0.chunks[0].elementType = 14 },
    Mutation("first reserved byte of a record", "lfz.table") { $0.chunks[0].reserved[0] = 1 },
    Mutation("last reserved byte of a record", "lfz.table") { $0.chunks[2].reserved[5] = 128 },
    Mutation("chunk checksum", "lfz.chunk-checksum") { $0.chunks[3].checksum = 5 },
  ]

  static let chunks: [Mutation] = [
    Mutation("padding", "lfz.padding") { container in
      container.chunks[1].padding = [UInt8](repeating: 0, count: 47) + [1]
    },
    Mutation("padding before the table", "lfz.padding") { container in
      let count = (64 - container.chunks[3].bytes.count % 64) % 64
      container.chunks[3].padding = [2] + [UInt8](repeating: 0, count: count - 1)
    },
    Mutation("raw chunk changed", "lfz.digest") { $0.chunks[1].bytes[3] ^= 1 },
    Mutation("plane method", "lfz.chunk") { $0.chunks[0].bytes[0] = 3 },
    Mutation("value of a plane that has none", "lfz.chunk") { $0.chunks[0].bytes[9] = 1 },
    Mutation("constant plane with bytes", "lfz.chunk") { $0.chunks[0].bytes[4] = 1 },
    Mutation("constant plane of another value", "lfz.digest") { $0.chunks[0].bytes[1] = 1 },
    Mutation("unused byte of the directory", "lfz.chunk") { $0.chunks[0].bytes[2] = 1 },
    Mutation("raw plane too short", "lfz.chunk") { $0.chunks[0].bytes[12] ^= 1 },
    Mutation("raw plane of 4 GiB", "lfz.chunk") { $0.chunks[0].bytes[15] = 0xff },
    Mutation("coded plane shorter than its frame", "lfz.chunk") { container in
      container.chunks[0].bytes[28] -= 1
      container.chunks[0].bytes.removeLast()
    },
    Mutation("coded plane longer than its frame", "lfz.chunk") { container in
      container.chunks[0].bytes[28] += 1
      container.chunks[0].bytes.append(0)
    },
    Mutation("bytes after the planes", "lfz.chunk") { $0.chunks[0].bytes.append(0) },
    Mutation("coded plane's magic", "lfz.chunk") { container in
      let length = Int(container.chunks[0].bytes[28]) | Int(container.chunks[0].bytes[29]) << 8
      container.chunks[0].bytes[container.chunks[0].bytes.count - length] ^= 1
    },
    Mutation("frame changed", "lfz.chunk") { $0.chunks[3].bytes[4] ^= 0x20 },
    Mutation("frame that holds less", "lfz.chunk") { container in
      container.chunks[3].rawCount += 1
      container.index.blobs[3].byteCount += 1
      container.index.files[1].byteCount += 1
    },
    Mutation("two frames", "lfz.chunk") { $0.chunks[3].bytes += $0.chunks[3].bytes },
    Mutation("skippable frame after it", "lfz.chunk") {
      $0.chunks[3].bytes += [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]
    },
    Mutation("frame cut", "lfz.chunk") { $0.chunks[3].bytes.removeLast() },
  ]
}
