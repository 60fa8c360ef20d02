import CXXHash
import Foundation
import LFContainer
import LFCore
import LFFiles

/// A container whose bytes a fuzzer chooses.
///
/// Its checksums are put right before it is read, as anybody who crafts a file
/// would: otherwise a fuzzer would not get past the first of them.
public struct FuzzedContainer: Sendable {
  private let file = FuzzedFile("model.lfz")

  public init() {}

  /// Opens a container of these bytes, and reads and checks all of it.
  ///
  /// An error is an answer; a trap, a hang or too much memory is a finding.
  public func read(_ bytes: [UInt8]) {
    file.write(Self.sealed(bytes))
    var limits = Limits.standard
    // A fuzzer's machine is small; what is refused stays refused.
    limits.expansionSlack = 1 << 22
    guard let input = try? InputFile(file.path), let reader = try? LFZReader(input, limits: limits)
    else { return }
    for index in reader.tensors.indices {
      let count = reader.tensors[index].byteCount
      let whole = try? reader.bytes(index)
      guard count > 2, let part = try? reader.bytes(index, range: 1..<count - 1) else { continue }
      precondition(whole.map { Array($0[1..<count - 1]) == part } ?? true, "two readings differ")
    }
    for carried in reader.files { _ = try? carried.contents() }
    if let arena = try? reader.loadAll(threads: 1) {
      for index in arena.tensors.indices {
        precondition((try? reader.bytes(index)) == (try? arena.bytes(index)), "the arena differs")
      }
    }
    _ = reader.storage
    _ = try? reader.composedTensors()
    try? reader.check()
  }

  /// The bytes with right lengths and checksums, as far as there are any.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard bytes.count >= 64 else { return bytes }
    func number(_ place: Int, _ size: Int) -> Int {
      bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func set(_ place: Int, _ size: Int, _ value: UInt64) {
      for index in 0..<size {
        bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
      }
    }
    func hash(_ range: Range<Int>) -> UInt64 {
      bytes.withUnsafeBytes { XXH3_64bits($0.baseAddress! + range.lowerBound, range.count) }
    }
    set(24, 8, UInt64(bytes.count))
    let table = number(32, 6)  // more would lie outside of any such file
    let chunks = number(40, 4)
    let index = table + 32 * chunks
    if bytes[38] == 0, bytes[39] == 0, table >= 64, index <= bytes.count {
      set(44, 4, UInt64(bytes.count - index))
      for chunk in 0..<chunks {
        let place = table + 32 * chunk
        let (start, count) = (number(place, 6), number(place + 8, 4))
        if start + count <= bytes.count { set(place + 16, 8, hash(start..<start + count)) }
      }
      set(48, 8, hash(table..<bytes.count))
    }
    set(60, 4, hash(0..<60))
    return bytes
  }
}
