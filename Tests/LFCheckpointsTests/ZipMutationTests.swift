import Foundation
import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

/// PyTorch's own archive with one thing changed in its zip records.
@Suite struct ZipMutationTests {
  static let right = Array(
    FileManager.default.contents(atPath: Corpora.folder + "/valid/zip-float-types.pt") ?? Data())

  /// Places of the records in the archive, found once from its end.
  struct Places {
    let end: Int
    let locator: Int
    let wide: Int
    let directory: Int
    /// The central record and the local header of `data.pkl`, the first member.
    let central: Int
    let local = 0

    init(_ bytes: [UInt8]) {
      func find(_ signature: [UInt8], last: Bool) -> Int {
        let starts = bytes.indices.filter { bytes[$0...].starts(with: signature) }
        return (last ? starts.last : starts.first) ?? 0
      }
      end = find([0x50, 0x4B, 5, 6], last: true)
      locator = find([0x50, 0x4B, 6, 7], last: true)
      wide = find([0x50, 0x4B, 6, 6], last: true)
      directory = find([0x50, 0x4B, 1, 2], last: false)
      central = directory
    }
  }

  struct Mutation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let code: String
    let exit: Int32
    let change: @Sendable (inout [UInt8], Places) -> Void

    init(
      _ name: String, _ code: String, exit: Int32 = 2,
      _ change: @escaping @Sendable (inout [UInt8], Places) -> Void
    ) {
      testDescription = name
      self.code = code
      self.exit = exit
      self.change = change
    }
  }

  static let mutations: [Mutation] = [
    .init("bytes before", "zip.end") { bytes, _ in bytes = [1, 2, 3] + bytes },
    .init("bytes after it", "zip.end") { bytes, _ in bytes += [0] },
    .init("end record twice", "zip.end") { bytes, places in
      // The comment of the first is the second: both end the file.
      bytes[places.end + 20] = 22
      bytes += [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
    },
    .init("cut before the end record", "zip.end") { bytes, places in
      bytes.removeLast(bytes.count - places.end)
    },
    .init("disk number", "zip.end") { bytes, places in bytes[places.end + 4] = 1 },
    .init("fewer members here than in all", "zip.end") { bytes, places in
      bytes[places.end + 8] -= 1
    },
    .init("wide record of another count", "zip.end") { bytes, places in
      bytes[places.wide + 24] += 1
      bytes[places.wide + 32] += 1
    },
    .init("one member more", "zip.directory") { bytes, places in
      for place in [places.end + 8, places.end + 10, places.wide + 24, places.wide + 32] {
        bytes[place] += 1
      }
    },
    .init("one member less", "zip.directory") { bytes, places in
      for place in [places.end + 8, places.end + 10, places.wide + 24, places.wide + 32] {
        bytes[place] -= 1
      }
    },
    .init("wide record somewhere else", "zip.end") { bytes, places in
      bytes[places.locator + 8] ^= 4
    },
    .init("wide record beyond 2^63", "bytes.range") { bytes, places in
      bytes[places.locator + 15] = 0xFF
    },
    .init("directory elsewhere", "zip.directory") { bytes, places in
      bytes[places.end + 16] ^= 1
      bytes[places.wide + 48] ^= 1
    },
    .init("directory at 2^63-1", "zip.directory") { bytes, places in
      for place in places.end + 16..<places.end + 20 { bytes[place] = 0xFF }
      for place in places.wide + 48..<places.wide + 55 { bytes[place] = 0xFF }
      bytes[places.wide + 55] = 0x7F
    },
    .init("central signature", "zip.directory") { bytes, places in bytes[places.central] = 0 },
    .init("encrypted", "zip.encrypted", exit: 3) { bytes, places in
      bytes[places.central + 8] |= 1
    },
    .init("encrypted in the local header", "zip.encrypted", exit: 3) { bytes, places in
      bytes[places.local + 6] |= 1
    },
    .init("patch", "zip.patch", exit: 3) { bytes, places in bytes[places.central + 8] |= 0x20 },
    .init("method", "zip.local-header") { bytes, places in bytes[places.central + 10] = 8 },
    .init("deflated", "zip.compressed", exit: 3) { bytes, places in
      bytes[places.central + 10] = 8
      bytes[places.local + 8] = 8
    },
    .init("checksum", "zip.descriptor") { bytes, places in bytes[places.central + 16] ^= 1 },
    .init("two sizes", "zip.size") { bytes, places in bytes[places.central + 20] ^= 1 },
    .init("another size", "zip.descriptor") { bytes, places in
      bytes[places.central + 20] -= 1
      bytes[places.central + 24] -= 1
    },
    .init("size past the directory", "zip.bounds") { bytes, places in
      bytes[places.central + 22] = 0xFF
      bytes[places.central + 26] = 0xFF
    },
    .init("wide size without a field", "zip.extra") { bytes, places in
      for place in places.central + 20..<places.central + 28 { bytes[place] = 0xFF }
    },
    .init("on another disk", "zip.directory") { bytes, places in bytes[places.central + 34] = 1 },
    .init("header elsewhere", "zip.overlap") { bytes, places in
      // The second member's header offset becomes the first's.
      let second = bytes.indices.first {
        $0 > places.central && bytes[$0...].starts(with: [0x50, 0x4B, 1, 2])
      }
      for index in 42..<46 { bytes[(second ?? 0) + index] = 0 }
    },
    .init("name of one side", "zip.local-header") { bytes, places in
      bytes[places.local + 30] ^= 1
    },
    .init("absolute name", "zip.name") { bytes, places in bytes[places.central + 46] = 0x2F },
    .init("backslash", "zip.name") { bytes, places in bytes[places.central + 47] = 0x5C },
    .init("NUL in a name", "zip.name") { bytes, places in bytes[places.central + 47] = 0 },
    .init("name not UTF-8", "zip.name") { bytes, places in bytes[places.central + 47] = 0xFF },
    .init("folder up", "zip.name") { bytes, places in
      bytes.replaceSubrange(places.central + 46..<places.central + 49, with: "../".utf8)
    },
    .init("member outside the root", "pytorch.stray-member") { bytes, places in
      bytes[places.local + 30] ^= 1
      bytes[places.central + 46] ^= 1
    },
    .init("TorchScript", "pytorch.script", exit: 3) { bytes, _ in
      for place in bytes.indices.dropLast(8) where bytes[place...].starts(with: "/version".utf8) {
        bytes.replaceSubrange(place..<place + 8, with: "/code/ab".utf8)
      }
    },
    .init("NumPy archive", "checkpoint.numpy", exit: 3) { bytes, _ in
      for place in bytes.indices.dropLast(8) where bytes[place...].starts(with: "data.pkl".utf8) {
        bytes.replaceSubrange(place..<place + 8, with: "data.npy".utf8)
      }
    },
    .init("local signature", "zip.local-header") { bytes, places in bytes[places.local + 1] = 0 },
    .init("local lengths past the end", "zip.local-header") { bytes, places in
      bytes[places.local + 27] = 0xFF
    },
    .init("descriptor signature", "zip.descriptor") { bytes, places in
      let place = bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 7, 8]) } ?? 0
      bytes[place + 3] = 9
    },
    .init("damaged pickle", "zip.checksum") { bytes, places in
      let place = bytes.indices.first { bytes[$0...].starts(with: "float32".utf8) } ?? 0
      bytes[place] = 0x46
    },
  ]

  @Test(arguments: mutations)
  func refuses(_ mutation: Mutation) throws {
    var bytes = Self.right
    mutation.change(&bytes, Places(bytes))
    #expect(bytes != Self.right)
    let path = try Scratch.shared.write("zip \(mutation.testDescription).pt", bytes)
    let error = try #require(failure { try OpenedModel.open(path) })
    #expect(error.code == mutation.code, "\(error)")
    #expect(error.kind.rawValue == mutation.exit)
    #expect(error.location.file == path)
  }

  @Test func acceptsAComment() throws {
    var bytes = Self.right
    bytes[Places(bytes).end + 20] = 5
    bytes += "hello".utf8
    let checkpoint = try OpenedModel.open(try Scratch.shared.write("zip comment.pt", bytes))
    #expect(!checkpoint.source.tensors.isEmpty)
  }

  @Test func findsDamagedWeightsOnRequest() throws {
    var bytes = Self.right
    let content = try OpenedModel.open(Corpora.folder + "/valid/zip-float-types.pt").source.bytes(0)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: content) })
    bytes[place] ^= 1
    let checkpoint = try OpenedModel.open(try Scratch.shared.write("zip damaged.pt", bytes))
    #expect(failure { try checkpoint.checksums?.verify(1) }?.code == "zip.checksum")
  }

  @Test func everyTruncationIsRefused() throws {
    let scratch = try Scratch()
    for count in stride(from: 0, to: Self.right.count, by: 29) {
      let path = try scratch.write("cut.pt", Array(Self.right[..<count]))
      let error = failure { try OpenedModel.open(path) }
      #expect(error?.kind == .refused, "\(count)")
    }
  }

  @Test func noSingleByteTrapsOrChangesValues() throws {
    // Whatever one byte is changed to: an error, or the tensors as they were
    // (names, CRC-less members and weights themselves excepted).
    let scratch = try Scratch()
    let origin = try OpenedModel.open(Corpora.folder + "/valid/zip-float-types.pt").source
    for place in stride(from: 0, to: Self.right.count, by: 5) {
      var bytes = Self.right
      bytes[place] ^= 0x81
      let path = try scratch.write("flip.pt", bytes)
      guard let checkpoint = try? OpenedModel.open(path) else { continue }
      #expect(checkpoint.source.tensors == origin.tensors, "byte \(place)")
      if failure({ try checkpoint.checksums?.verify(1) }) == nil {
        for index in origin.tensors.indices {
          #expect(try checkpoint.source.bytes(index) == origin.bytes(index), "byte \(place)")
        }
      }
    }
  }
}
