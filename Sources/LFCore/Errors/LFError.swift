/// The one error of the project: what was expected, what was found, and where.
///
/// Its text is `FILE:ENTRY@OFFSET: expected …, found … [code]`; the `code` is
/// stable, so that scripts can tell failures apart without reading prose. Its
/// parts may hold words of a file, which are data: what shows them escapes them.
public struct LFError: Error, Sendable, Equatable {
  /// What kind of failure it is; the raw value is the process exit code.
  public enum Kind: Int32, Sendable {
    /// A comparison was carried out and found a difference.
    case mismatch = 1
    /// The input is malformed, inconsistent or unsafe.
    case refused = 2
    /// The input is recognised, but this tool does not do it.
    case unsupported = 3
    /// Reading or writing failed.
    case io = 4
    /// The call itself is wrong.
    case usage = 64
    /// A defect of this program.
    case `internal` = 70
  }

  /// Where in the input the failure lies, as far as it is known.
  public struct Location: Sendable, Equatable {
    /// The file's path.
    public var file: String?
    /// The tensor, archive member or field inside the file.
    public var entry: String?
    /// The byte offset inside the file, or inside the entry when one is named.
    public var offset: Int?

    /// A place inside a file; every part may be unknown.
    public init(file: String? = nil, entry: String? = nil, offset: Int? = nil) {
      self.file = file
      self.entry = entry
      self.offset = offset
    }
  }

  /// What kind of failure it is, and so the exit code.
  public var kind: Kind
  /// The stable code, as in `safetensors.truncated`.
  public var code: String
  /// What was expected, and what was found.
  public var message: String
  /// Where it was found.
  public var location: Location
  /// What would help, where something does.
  public var hint: String?
  /// A list that belongs to the message, an item a line; each begins with a word of
  /// this program.
  public var details: [String] = []

  /// An error with a free message.
  public init(
    _ kind: Kind, _ code: String, _ message: String, at location: Location = Location(),
    hint: String? = nil
  ) {
    self.kind = kind
    self.code = code
    self.message = message
    self.location = location
    self.hint = hint
  }

  /// Malformed, inconsistent or unsafe input (exit code 2).
  public static func refused(
    _ code: String, at location: Location = Location(), expected: String, found: String,
    hint: String? = nil
  ) -> LFError {
    LFError(.refused, code, "expected \(expected), found \(found)", at: location, hint: hint)
  }

  /// Recognised input that this tool does not handle (exit code 3).
  public static func unsupported(
    _ code: String, at location: Location = Location(), _ message: String, hint: String? = nil
  ) -> LFError {
    LFError(.unsupported, code, message, at: location, hint: hint)
  }

  /// The same error with the missing parts of its location filled in.
  ///
  /// A parser that works on bytes knows the offset, its caller the file.
  public func located(file: String? = nil, entry: String? = nil) -> LFError {
    var copy = self
    copy.location.file = location.file ?? file
    copy.location.entry = location.entry ?? entry
    return copy
  }
}

extension LFError: CustomStringConvertible {
  /// `FILE:ENTRY@OFFSET: message [code]`, with the unknown parts left out; the
  /// details follow, an indented line each. No other line begins in it.
  public var description: String {
    ([line] + details.map { "  " + printable($0) }).joined(separator: "\n")
  }

  /// The message with its details, a line each, not yet fit to be shown.
  package var fullMessage: String { ([message] + details).joined(separator: "\n") }

  /// The same in one line, with as many details as fit.
  package var oneLine: String { printable(([line] + details).joined(separator: "; ")) }

  private var line: String {
    var place = location.file.map { printable($0) } ?? ""
    if let entry = location.entry { place += (place.isEmpty ? "" : ":") + printable(entry) }
    if let offset = location.offset { place += "@\(offset)" }
    return (place.isEmpty ? "" : place + ": ") + printable(message) + " [\(code)]"
  }
}
