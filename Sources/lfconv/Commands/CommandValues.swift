import ArgumentParser
import LFCore
import LFFamilies

/// Values of the command line that need more than one word to be read, or more
/// than one to be refused.
enum CommandValues {
  /// Numbers separated by commas.
  @Sendable static func numbers(_ text: String) throws -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count else {
      throw ValidationError("\"\(printable(text, limit: 80))\" is no list of whole numbers.")
    }
    return numbers
  }

  /// A path; an empty one names nothing.
  @Sendable static func path(_ text: String) throws -> String {
    guard !text.isEmpty else { throw ValidationError("expected a path, found nothing") }
    return text
  }

  /// The path of a picture; SVG is all that is written.
  @Sendable static func picture(_ text: String) throws -> String {
    guard try path(text).lowercased().hasSuffix(".svg") else {
      throw ValidationError(
        "pictures are SVG: expected a name that ends in .svg, found '\(printable(text, limit: 80))'"
      )
    }
    return text
  }

  /// One of the values that a type has.
  @Sendable static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ text: String
  ) throws -> Value {
    if let value = Value(rawValue: text) { return value }
    let names = Value.allCases.map(\.rawValue)
    let near = nearestName(to: text, among: names).map { "; did you mean '\($0)'?" }
    throw ValidationError(
      "expected \(listed(names)), found '\(printable(text, limit: 80))'\(near ?? "")")
  }

  /// The values of a type, for shells to complete.
  static func completion<Value: RawRepresentable<String> & CaseIterable>(
    _ type: Value.Type
  ) -> CompletionKind { .list(type.allCases.map(\.rawValue)) }

  private static func listed(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  /// What `--attention` takes, in a few words.
  static let attentionForms =
    "full, window:W, window:W1/W2/…, dilated:W:D, blockwise:N, bigbird:BLOCK:RANDOM, "
    + "lsh:CHUNK:ROUNDS, lsh-shared:CHUNK:ROUNDS or recurrence:SEGMENT:MEMORY, and behind it "
    + "+global:first or +global:P,P,…"

  /// A pattern's name.
  @Sendable static func attention(_ text: String) throws -> AttentionName {
    try parsed(text, AttentionName.init(_:))
  }

  /// Names of patterns, separated by commas.
  @Sendable static func attentions(_ text: String) throws -> [AttentionName] {
    try parsed(text, AttentionName.list)
  }

  /// Reads a value; the parser of options prints the message of an error alone,
  /// so that the hint has to be a part of it.
  private static func parsed<Value>(
    _ text: String, _ read: (String) throws(LFError) -> Value
  ) throws -> Value {
    do throws(LFError) {
      return try read(text)
    } catch {
      throw ValidationError(
        error.message + " [\(error.code)]" + (error.hint.map { "; \($0)" } ?? ""))
    }
  }
}

/// What shells offer where a path is expected.
extension CompletionKind {
  /// A model: a folder or a file of any kind.
  static var model: CompletionKind { .file() }
  /// Token ids, or other tensors.
  static var tensors: CompletionKind { .file(extensions: ["safetensors"]) }
}
