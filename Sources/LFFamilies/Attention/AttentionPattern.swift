import LFCore

/// Which keys a query may attend to in one layer.
///
/// A pattern describes itself once, by its rule. Pictures, operation counts,
/// memory bounds and attention probabilities follow from the rule; only the
/// kernel in `LFEncoder/Patterns` knows a pattern by name. How to add one:
/// `Specs/extending.md`.
public enum AttentionPattern: Sendable, Equatable {
  case full(FullWindow)
  case slidingWindow(SlidingWindow)
  case blockwise(Blockwise)
  case recurrence(Recurrence)
  case bigBird(BigBird)
  case lsh(LSHAttention)

  /// Every unpadded key (RoBERTa).
  public static let full = AttentionPattern.full(FullWindow())

  /// What the pattern shows and hides.
  public var rule: any AttentionRule {
    switch self {
    case .full(let rule): rule
    case .slidingWindow(let rule): rule
    case .blockwise(let rule): rule
    case .recurrence(let rule): rule
    case .bigBird(let rule): rule
    case .lsh(let rule): rule
    }
  }
}

extension AttentionSpelling {
  /// All patterns that can be named.
  static let all =
    [
      FullWindow.spelling, SlidingWindow.spelling, SlidingWindow.dilatedSpelling,
      Blockwise.spelling, BigBird.spelling, Recurrence.spelling,
    ] + LSHAttention.spellings
}

/// A way in which a family's layers attend, by the name that its table gives:
/// reads the patterns of all layers from a configuration.
public struct AttentionKind: Sendable, Equatable {
  /// As in a family's table.
  public let name: String
  let read: @Sendable (AttentionFields) throws(LFError) -> [AttentionPattern]

  static let all = [FullWindow.kind, SlidingWindow.kind]

  /// Kinds are told apart by their names.
  public static func == (left: AttentionKind, right: AttentionKind) -> Bool {
    left.name == right.name
  }
}

/// What a pattern is read from.
struct AttentionFields {
  let fields: ConfigurationFields
  let layers: Int
  let heads: Int
}
