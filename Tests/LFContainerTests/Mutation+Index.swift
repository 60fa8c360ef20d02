import LFCore
import TestSupport
import Testing

@testable import LFContainer

extension Mutation {
  static let index: [Mutation] = [
    // The message itself.
    Mutation("no index", "lfz.index") { $0.indexBytes = [] },
    Mutation("index cut", "lfz.index") { $0.indexBytes = Array($0.index.encoded.dropLast()) },
    Mutation("index of noise", "lfz.index") { $0.indexBytes = SeededGenerator.noise(300) },
    Mutation("index that unpacks to far more", "lfz.limit") {
      // Half a million empty tensors of two bytes.
      $0.indexBytes = [UInt16](repeating: 0x001a, count: 500_000).memory
    },
    Mutation("65,537 tensors", "lfz.limit") { container in
      // They are counted before their names are looked at.
      let template = container.index.tensors[3]
      container.index.tensors += [LFZIndex.Tensor](repeating: template, count: 65_533)
    },
    // Blobs.
    Mutation("blob without chunks", "lfz.index") { $0.index.blobs[0].chunks = 0..<0 },
    Mutation("blob with a chunk too many", "lfz.index") { $0.index.blobs[3].chunks = 3..<5 },
    Mutation("chunk without a blob", "lfz.index") { $0.index.blobs.removeLast() },
    Mutation("blob length", "lfz.index") { $0.index.blobs[0].byteCount -= 1 },
    Mutation("blob digest, high half", "lfz.digest") { $0.index.blobs[0].digest.high ^= 1 },
    Mutation("blob digest, low half", "lfz.digest") { $0.index.blobs[2].digest.low ^= 1 },
    Mutation("blob that nothing uses", "lfz.index") { $0.index.files.removeLast() },
    // Tensors.
    Mutation("empty tensor name", "tensor.name") { rename(&$0, 0, "") },
    Mutation("tensor name with NUL", "tensor.name") { rename(&$0, 0, "a\0b") },
    Mutation("tensor name too long", "tensor.name") {
      rename(&$0, 0, String(repeating: "n", count: 513))
    },
    Mutation("same tensor name twice", "lfz.index") { rename(&$0, 2, "weights") },
    Mutation("tensor name that is not UTF-8", "lfz.index") { container in
      var bytes = container.index.encoded
      guard let place = bytes.firstRange(of: [UInt8]("tiled".utf8)) else { return }
      bytes[place.lowerBound] = 0xff
      container.indexBytes = bytes
    },
    Mutation("unknown element type of a tensor", "lfz.index") { container in
      // The empty tensor: name, then type 5 (int64), then its shape.
      var bytes = container.index.encoded
      guard let place = bytes.firstRange(of: [UInt8]("empty".utf8)) else { return }
      bytes[place.upperBound + 1] = 14
      container.indexBytes = bytes
    },
    Mutation("shape that is too large", "lfz.index") { reshape(&$0, [64, 17]) },
    Mutation("shape whose bytes overflow", "tensor.shape") { reshape(&$0, [1 << 40, 1 << 40]) },
    Mutation("tensor without parts", "lfz.index") { $0.index.tensors[0].parts = [] },
    Mutation("part of a blob that is not there", "lfz.index") {
      $0.index.tensors[0].parts[0].blob = 4
    },
    Mutation("prefix as long as its blob", "lfz.index") { container in
      container.index.tensors[0].parts[0].isWhole = false
    },
    Mutation("prefix longer than its blob", "lfz.index") { container in
      container.index.tensors[2].parts[1].unit = 17
    },
    Mutation("no repetitions", "lfz.index") { $0.index.tensors[2].parts[0].repeats = 0 },
    Mutation("too many repetitions", "lfz.index") { $0.index.tensors[2].parts[0].repeats = 3 },
    Mutation("repetitions that overflow", "lfz.index") {
      $0.index.tensors[2].parts[0].repeats = .max
    },
    Mutation("parts whose sum overflows", "lfz.index") { container in
      container.index.tensors[2].parts[0].repeats = Int.max / 16
      container.index.tensors[2].parts.append(container.index.tensors[2].parts[0])
    },
    Mutation("more bytes than such a file may stand for", "lfz.limit") { container in
      container.index.tensors[2].parts = [container.index.tensors[2].parts[0]]
      container.index.tensors[2].parts[0].repeats = 1 << 27
      container.index.tensors[2].descriptor = descriptor("tiled", .f32, [4 << 27])
    },
    Mutation("tie to nothing", "lfz.index") { $0.index.tensors[1].tiedTo = "nothing" },
    Mutation("tie to itself", "lfz.index") { $0.index.tensors[1].tiedTo = "tied" },
    Mutation("tie to a tied tensor", "lfz.index") { $0.index.tensors[0].tiedTo = "tied" },
    Mutation("tie to a tensor with other bytes", "lfz.index") {
      $0.index.tensors[1].tiedTo = "tiled"
    },
    // Files.
    Mutation("absolute file name", "lfz.file-name") { $0.index.files[0].name = "/etc/passwd" },
    Mutation("file name that leads out", "lfz.file-name") { $0.index.files[0].name = "a/../b" },
    Mutation("file name of a Windows path", "lfz.file-name") { $0.index.files[0].name = "a\\b" },
    Mutation("empty file name", "lfz.file-name") { $0.index.files[0].name = "" },
    Mutation("file name with a line end", "lfz.file-name") { $0.index.files[0].name = "a\nb" },
    Mutation("same file name twice", "lfz.index") { $0.index.files[0].name = "vocab/v.txt" },
    Mutation("file of a blob that is not there", "lfz.index") {
      $0.index.files[0].parts[0].blob = 9
    },
    // Provenance.
    Mutation("same key twice", "lfz.index") {
      $0.index.provenance.parameters.append(.init("key", "other"))
    },
    Mutation("empty key", "lfz.index") { $0.index.provenance.parameters[0].key = "" },
    Mutation("SHA-256 of 31 bytes", "lfz.index") {
      $0.index.provenance.sources[0].sha256?.removeLast()
    },
  ]

  private static func descriptor(
    _ name: String, _ type: ElementType, _ shape: [Int]
  ) -> TensorDescriptor {
    // Only shapes that are possible are asked for.
    let shape = (try? TensorShape(shape)) ?? .scalar
    return TensorDescriptor(name: TensorName(name), elementType: type, shape: shape)
  }

  private static func rename(_ container: inout CraftedContainer, _ index: Int, _ name: String) {
    container.index.tensors[index].descriptor =
      container.index.tensors[index].descriptor.renamed(TensorName(name))
  }

  /// Gives the first tensor a shape that no `TensorShape` may have.
  private static func reshape(_ container: inout CraftedContainer, _ shape: [UInt64]) {
    var packed: [UInt8] = []
    for dimension in shape {
      var rest = dimension
      repeat {
        packed.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
        rest >>= 7
      } while rest > 0
    }
    // Another packed field of the same number adds to the shape; so the
    // tensor's own is taken out first.
    var bytes = container.index.encoded
    let name = [0x0a, 7] + [UInt8]("weights".utf8) + [0x10, 2]
    guard let place = bytes.firstRange(of: name) else { return }
    let old = place.upperBound..<place.upperBound + 4  // field, length, 64, 16
    bytes.replaceSubrange(old, with: [0x1a, UInt8(packed.count)] + packed)
    bytes[place.lowerBound - 1] += UInt8(packed.count - 2)
    container.indexBytes = bytes
  }
}
