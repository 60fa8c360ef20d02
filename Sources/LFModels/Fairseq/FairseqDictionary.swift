public import LFCore

/// A fairseq `dict.txt`: the vocabulary, one `token count` a line.
///
/// It says how many rows the word embeddings must have, and which token is
/// which row.
public struct FairseqDictionary: Sendable {
  /// Tokens that come before the file's own, in this order.
  public static let specialTokens = ["<s>", "<pad>", "</s>", "<unk>"]

  /// A token of the file and how often it was seen.
  public struct Line: Sendable, Equatable {
    /// The token, as it is spelt in the file.
    public let token: String
    /// How often it occurred in training; nothing depends on it.
    public let count: Int
  }

  /// The file's lines, in order.
  public let lines: [Line]

  /// Tokens including the special ones; padding to a multiple of 8 and a mask
  /// token that a task adds are not in the file.
  public var tokenCount: Int { Self.specialTokens.count + lines.count }

  /// Reads a dictionary.
  ///
  /// - Throws: `fairseq.dictionary` with the line that is wrong: not `token
  ///   count`, optionally with the flag `#fairseq:overwrite`; a token twice.
  public init(_ file: CarriedFile, limits: Limits = .standard) throws(LFError) {
    guard file.byteCount <= limits.jsonBytes else {
      throw .refused(
        "fairseq.dictionary", at: .init(file: file.name),
        expected: "at most \(limits.jsonBytes) bytes", found: "\(file.byteCount)")
    }
    var rest = try file.contents()[...]
    var lines: [Line] = []
    var seen = Set(Self.specialTokens.map { TensorName($0) })
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let place = LFError.Location(file: file.name, entry: "line \(lines.count + 1)")
      let (line, overwrites) = try Self.line(rest[..<end], at: place)
      guard seen.insert(TensorName(line.token)).inserted || overwrites else {
        throw .refused(
          "fairseq.dictionary", at: place, expected: "a token that is new",
          found: "\"\(printable(line.token, limit: 60))\" again")
      }
      lines.append(line)
      rest = rest[min(end + 1, rest.endIndex)...]
    }
    self.lines = lines
  }

  /// Splits a line from its end, since a token may hold spaces of other kinds.
  private static func line(
    _ bytes: ArraySlice<UInt8>, at place: LFError.Location
  ) throws(LFError) -> (Line, overwrites: Bool) {
    var line = bytes
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let flag = " #fairseq:overwrite".utf8
    let overwrites = line.suffix(flag.count).elementsEqual(flag)
    if overwrites { line.removeLast(flag.count) }
    guard let space = line.lastIndex(of: UInt8(ascii: " ")), space > line.startIndex,
      let token = String(validating: line[..<space], as: UTF8.self),
      let count = Int(String(decoding: line[(space + 1)...], as: UTF8.self)), count >= 0
    else {
      throw .refused(
        "fairseq.dictionary", at: place, expected: "\"token count\"",
        found: "a line of \(bytes.count.counted("byte")) that is none")
    }
    return (Line(token: token, count: count), overwrites)
  }
}
