public import FileIO
public import TensorCore

extension LFZReader {
  /// Whether a file begins like a container.
  public static func recognizes(_ file: InputFile) throws(LFError) -> Bool {
    let count = LFZFormat.magic.count
    guard file.byteCount >= count else { return false }
    return try file.bytes(at: 0, count: count) == LFZFormat.magic
  }
}
