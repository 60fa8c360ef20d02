public import LFCore

/// An attention pattern by the name that a user gives it, as in `window:512`,
/// `blockwise:2` or `recurrence:512:512+global:first`.
///
/// Any model can be run under any pattern, with the weights it has: see
/// `ModelConfiguration.attending`. What each computes: `Specs/attention.md`.
public struct AttentionName: Sendable, Equatable {
  /// The numbers of a pattern, a list for each; only windows have several.
  let numbers: [[Int]]
  /// Which tokens are global; nil for none.
  public let globals: GlobalPositions?
  /// Where the hyperplanes of LSH attention come from; by default from seed 0.
  public var rotations = LSHRotations.seeded(0)
  /// Whether no key after the query is seen. Nil leaves it to the model's
  /// configuration (`autoregressive`).
  public var isCausal: Bool?
  private let kind: String

  /// The name, in its one spelling.
  public var text: String {
    let parts = [kind] + numbers.map { $0.map(String.init).joined(separator: "/") }
    return parts.joined(separator: ":") + (globals.map { "+global:\($0.text)" } ?? "")
  }

  /// Reads a name.
  ///
  /// - Throws: `attention.pattern`, a usage error, for a name that is unknown
  ///   and for numbers that the pattern cannot have.
  public init(_ text: String) throws(LFError) {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    let fields = parts[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let spelling = AttentionSpelling.all.first(where: { $0.name == fields[0] }) else {
      throw Self.unknown(text, fields[0])
    }
    guard fields.count == spelling.numbers.count + 1 else {
      throw Self.error(expected: spelling.form, found: text)
    }
    var numbers: [[Int]] = []
    for (number, field) in zip(spelling.numbers, fields.dropFirst()) {
      numbers.append(try number.values(field, in: text))
    }
    guard parts.count <= 2 else {
      throw Self.error(expected: "one +global at most", found: text)
    }
    if parts.count == 2 {
      guard spelling.hasGlobalTokens else {
        throw Self.error(
          expected: "\(spelling.form) without global tokens, which it cannot have", found: text)
      }
      globals = try GlobalPositions(String(parts[1]), in: text)
    } else {
      globals = nil
    }
    kind = spelling.name
    self.numbers = numbers
  }

  /// How many layers the name tells apart; nil when one pattern is for all.
  public var layerCount: Int? {
    let most = numbers.map(\.count).max() ?? 1
    return most > 1 ? most : nil
  }

  /// Reads names separated by commas; the commas of global positions belong to
  /// their pattern.
  ///
  /// - Throws: as `init`.
  public static func list(_ text: String) throws(LFError) -> [AttentionName] {
    var items: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isNumber = !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
      if isNumber, let last = items.last, last.contains("+global:") {
        items[items.count - 1] = last + "," + part
      } else {
        items.append(String(part))
      }
    }
    var names: [AttentionName] = []
    for item in items { names.append(try AttentionName(item)) }
    return names
  }

  /// The pattern of every layer.
  ///
  /// - Throws: `attention.pattern` when it does not fit the layers or heads, or
  ///   cannot be causal although it has to be.
  public func patterns(
    layers: Int, heads: Int, isCausal: Bool = false
  ) throws(LFError) -> [AttentionPattern] {
    guard let spelling = AttentionSpelling.all.first(where: { $0.name == kind }) else { return [] }
    let isCausal = self.isCausal ?? isCausal
    guard spelling.canBeCausal || !isCausal else {
      throw Self.error(
        expected: "a pattern that can hide later keys, as the model is autoregressive",
        found: text)
    }
    return try spelling.patterns(
      AttentionSpelling.Model(
        layers: layers, heads: heads, isCausal: isCausal, rotations: rotations),
      numbers)
  }

  static func error(expected: String, found: String, hint: String? = nil) -> LFError {
    LFError(
      .usage, "attention.pattern", "expected \(expected), found \(printable(found, limit: 120))",
      hint: hint)
  }

  private static func unknown(_ text: String, _ name: String) -> LFError {
    let known = AttentionSpelling.all.map(\.name)
    let near = known.map { ($0, editDistance(Array($0.utf8), Array(name.utf8.prefix(64)))) }.min {
      $0.1 < $1.1
    }
    let forms = AttentionSpelling.all.map(\.form).joined(separator: ", ")
    return error(
      expected: "an attention pattern", found: text,
      hint: near.flatMap { $0.1 <= 2 ? "did you mean \($0.0)?" : nil } ?? "patterns are \(forms)")
  }
}

/// Which tokens of every sequence are global.
public enum GlobalPositions: Sendable, Equatable {
  /// The first one.
  case first
  /// Those at some positions, ascending and each once.
  case positions([Int])

  /// Most positions that a name can list, and the largest one.
  private static let largest = 1 << 24

  /// Reads `global:first` or `global:P,P,…`.
  init(_ suffix: String, in text: String) throws(LFError) {
    let fields = suffix.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 2, fields[0] == "global" else {
      throw AttentionName.error(expected: "+global:first or +global:P,P,… at the end", found: text)
    }
    if fields[1] == "first" {
      self = .first
      return
    }
    var positions: Set<Int> = []
    for field in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
      guard let position = AttentionSpelling.number(field), position <= Self.largest else {
        throw AttentionName.error(
          expected: "global positions from 0 to \(Self.largest)", found: text)
      }
      positions.insert(position)
    }
    self = .positions(positions.sorted())
  }

  /// As in a name, after `+global:`.
  public var text: String {
    switch self {
    case .first: "first"
    case .positions(let positions): positions.map(String.init).joined(separator: ",")
    }
  }

  /// The positions.
  public var list: [Int] {
    switch self {
    case .first: [0]
    case .positions(let positions): positions
    }
  }
}
