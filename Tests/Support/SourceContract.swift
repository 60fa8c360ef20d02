import Dispatch
import Foundation
public import LFCore
import Synchronization

/// What every `TensorSource` has to do, whatever is behind it.
///
/// Each module's tests run it on the sources of that module ("sources keep the
/// contract").
public enum SourceContract {
  /// What a source does wrong; empty when it keeps the contract.
  ///
  /// - Parameter expected: the bytes of each tensor.
  public static func violations(
    _ source: any TensorSource, expected: [[UInt8]]
  ) -> [String] {
    guard source.tensors.count == expected.count else {
      return ["\(source.tensors.count) tensors instead of \(expected.count)"]
    }
    var found: [String] = []
    for (index, bytes) in expected.enumerated() {
      let reader = Reader(source: source, index: index, expected: bytes)
      guard source.tensors[index].byteCount == bytes.count else {
        found.append("\(reader.name): \(source.tensors[index].byteCount) bytes, not \(bytes.count)")
        continue
      }
      found += reader.whole() + reader.ranges() + reader.outside()
    }
    return found + concurrent(source, expected)
  }

  /// Reads from several threads at once.
  private static func concurrent(_ source: any TensorSource, _ expected: [[UInt8]]) -> [String] {
    let found = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<4 {
        for step in expected.indices {
          let index = (step + thread) % expected.count
          let reader = Reader(source: source, index: index, expected: expected[index])
          let start = min(expected[index].count, thread * 3 + round)
          if let wrong = reader.check(start, expected[index].count - start) {
            found.withLock { $0.append("several threads: " + wrong) }
          }
        }
      }
    }
    return found.withLock { $0 }
  }
}

/// Reads one tensor and compares.
private struct Reader {
  let source: any TensorSource
  let index: Int
  let expected: [UInt8]

  var name: String { source.tensors[index].name.text }

  /// A byte that marks what was not written.
  private static let mark: UInt8 = 0xA5

  func whole() -> [String] {
    do {
      return try source.bytes(index) == expected ? [] : ["\(name): other bytes as a whole"]
    } catch {
      return ["\(name): \(error)"]
    }
  }

  /// All ranges of a small tensor; of a large one both parts of many splits,
  /// and many ranges that begin or end inside an element or a chunk.
  func ranges() -> [String] {
    let count = expected.count
    var ranges: [(start: Int, count: Int)] = []
    if count <= 64 {
      for start in 0...count { for end in start...count { ranges.append((start, end - start)) } }
    } else {
      var step = 1
      for edge in [0, 1, 2, 3, 5, 7, 8, 63, 64, 65, 4095, 4096, 65_536, count / 3, count / 2] {
        for split in [edge, count - edge] where split >= 0 && split <= count {
          ranges += [(0, split), (split, count - split), (split, min(count - split, step))]
          step = (step * 7 + 3) % 1021
        }
      }
    }
    return ranges.compactMap { check($0.start, $0.count) }
  }

  /// What is wrong with a range that lies inside the tensor.
  func check(_ start: Int, _ count: Int) -> String? {
    // A slice of a larger buffer: what lies around it must stay as it is.
    var buffer = [UInt8](repeating: Self.mark, count: count + 8)
    if let error = read(at: start, 4..<4 + count, of: &buffer) {
      return "\(name), \(count) bytes at \(start): \(error)"
    }
    let around = buffer[..<4] + buffer[(4 + count)...]
    guard around.allSatisfy({ $0 == Self.mark }) else {
      return "\(name), \(count) bytes at \(start): writes outside of the buffer"
    }
    // By memcmp: element by element, a debug build takes a hundred times as long.
    let same = buffer.withUnsafeBytes { found in
      expected.withUnsafeBytes { expected in
        count == 0 || memcmp(found.baseAddress! + 4, expected.baseAddress! + start, count) == 0
      }
    }
    return same ? nil : "\(name), \(count) bytes at \(start): other bytes"
  }

  /// Ranges that lie outside of the tensor in every way.
  func outside() -> [String] {
    let end = expected.count
    let ranges = [
      (-1, 0), (-1, 1), (-1, 4), (-end - 1, 1), (Int.min, 1), (end, 1), (end + 1, 0),
      (end + 1, 1), (0, end + 1), (end - 1, 2), (max(0, end - 3), 64), (Int.max, 1),
      (Int.max - 3, 8),
    ]
    var found: [String] = []
    for (start, count) in ranges where start < 0 || start > end || count > end - start {
      var buffer = [UInt8](repeating: Self.mark, count: count)
      let error = read(at: start, 0..<count, of: &buffer)
      if error?.code != "internal.read-range" || error?.location.entry != name {
        let told = error.map { "\($0)" } ?? "no error"
        found.append("\(name), \(count) bytes at \(start), outside of it: \(told)")
      }
      if buffer.prefix(100).contains(where: { $0 != Self.mark }) {
        found.append("\(name), \(count) bytes at \(start), outside of it: the buffer was written")
      }
    }
    return found
  }

  private func read(at start: Int, _ range: Range<Int>, of buffer: inout [UInt8]) -> LFError? {
    do throws(LFError) {
      var span = buffer.mutableSpan
      var raw = span.mutableBytes
      try raw.withSlice(range) { (slice) throws(LFError) in
        try source.read(index, at: start, into: &slice)
      }
      return nil
    } catch {
      return error
    }
  }
}
