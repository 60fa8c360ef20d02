import CContainer
import CZstd

/// Frames for the decoder of literals, which has to give what libzstd gives, and
/// planes for the encoder, whose frames libzstd has to read.
public enum FuzzedLiterals {
  /// Reads bytes as one of three things, by the first of them.
  public static func run(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    switch first % 3 {
    case 0: bare(rest)
    case 1: framed(rest)
    default: encoded(rest)
    }
  }

  /// A frame without any help, with the size that it names or another one.
  private static func bare(_ bytes: [UInt8]) {
    guard bytes.count > 3 else { return }
    let given = (Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16) % 140_000
    let frame = Array(bytes.dropFirst(3))
    decode(frame, count: given)
    let named = ZSTD_getFrameContentSize(frame, frame.count)
    if named < 140_000 { decode(frame, count: Int(named)) }
  }

  /// The description of a code and streams of bits, in a frame that fits them.
  private static func framed(_ bytes: [UInt8]) {
    guard bytes.count > 16 else { return }
    let count = 1024 + (Int(bytes[0]) | Int(bytes[1]) << 8) * 2 % 130_049
    var content = Array(bytes.dropFirst(2))
    content.append(0)  // no sequences
    let wide = count >= 16_384
    let coded = content.count - 1
    guard coded < (wide ? 1 << 18 : 1 << 14) else { return }
    let header = 2 | (wide ? 3 : 2) << 2 | count << 4 | coded << (wide ? 22 : 18)
    var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    func append(_ value: Int, _ size: Int) {
      for index in 0..<size { frame.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
    if count < 65_792 {
      append(0x60, 1)
      append(count - 256, 2)
    } else {
      append(0xA0, 1)
      append(count, 4)
    }
    append(5 | (content.count + (wide ? 5 : 4)) << 3, 3)
    append(header, wide ? 5 : 4)
    decode(frame + content, count: count)
  }

  /// A plane, coded and decoded; then the frame with a few bytes changed.
  private static func encoded(_ bytes: [UInt8]) {
    guard bytes.count > 12 else { return }
    let changes = Array(bytes[..<8])
    let count = 1024 + (Int(bytes[8]) | Int(bytes[9]) << 8) * 2 % 130_049
    // The symbols of the input over and over, each time a little shifted.
    let symbols = bytes[10...].map { $0 % 130 }
    let plane = (0..<count).map { symbols[($0 + $0 / symbols.count * 7) % symbols.count] }
    var frame = [UInt8](repeating: 0, count: count * 3 / 2 + 256)
    let length = lfz_literals_encode(plane, count, &frame, frame.count)
    guard length > 0 else { return }
    precondition(length < count, "a frame that saves nothing")
    frame.removeLast(frame.count - length)
    precondition(library(frame, count: count) == plane, "libzstd reads other bytes")
    precondition(own(frame, count: count).map { $0 == plane } ?? true, "other bytes came back")
    for pair in stride(from: 0, to: 8, by: 2) where changes[pair + 1] > 0 {
      let place = Int(changes[pair]) * 7919 % (pair < 4 ? min(96, frame.count) : frame.count)
      frame[place] ^= changes[pair + 1]
    }
    decode(frame, count: count)
  }

  /// What the decoder accepts, libzstd reads to the same bytes.
  private static func decode(_ frame: [UInt8], count: Int) {
    guard let found = own(frame, count: count) else { return }
    precondition(library(frame, count: count) == found, "libzstd does not give the same bytes")
  }

  private static func own(_ frame: [UInt8], count: Int) -> [UInt8]? {
    // Exactly as many bytes as there may be: a sanitizer sees any other access.
    let input = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, frame.count))
    let output = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, count))
    defer {
      input.deallocate()
      output.deallocate()
    }
    input.update(from: frame, count: frame.count)
    guard lfz_literals_decode(input, frame.count, output, count) == 1 else { return nil }
    return Array(UnsafeBufferPointer(start: output, count: count))
  }

  private static func library(_ frame: [UInt8], count: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: max(1, count))
    let length = ZSTD_decompress(&output, count, frame, frame.count)
    return ZSTD_isError(length) == 0 && length == count ? Array(output.prefix(count)) : nil
  }
}
