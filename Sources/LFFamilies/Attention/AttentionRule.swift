public import LFCore

/// What a pattern shows and hides, apart from padding and global tokens.
public protocol AttentionRule: Sendable, Equatable {
  /// The keys that a query sees.
  ///
  /// A key that occurs several times counts as often in the softmax: its weight
  /// is so many times as large. Where what a query sees depends on the states,
  /// this shows an example; see `example`.
  ///
  /// - Parameters:
  ///   - query: position below `length`.
  ///   - head: below the number of heads.
  ///   - length: tokens of the sequence, padding included.
  func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun]

  /// Whether single tokens may be global: seen by all queries, and seeing all
  /// keys through projections of their own (arXiv 2004.05150, section 3.1).
  var hasGlobalTokens: Bool { get }

  /// Whether no key after the query is seen, global ones included.
  var isCausal: Bool { get }

  /// What the context of a padded query is.
  var paddedQueries: PaddedQueries { get }

  /// Most keys that some neighbouring queries see together, which bounds the
  /// memory for their scores.
  func mostKeys(ofNeighbours queries: Int, length: Int) -> Int

  /// The rule with everything settled that depends on the states, for states
  /// that are made up: what pictures and counts show. Nearly all rules depend on
  /// positions alone and are their own example; for others
  /// `LFEncoder/Patterns` settles what a forward pass computes.
  func example(length: Int) -> any AttentionRule

  /// Keys of a query that operation counts take for all, each as often as it
  /// counts.
  func countedKeys(head: Int, length: Int) -> Double

  /// So many tokens that a picture shows the pattern well; nil where what a query
  /// in the middle of a long input sees tells it.
  var pictureLength: Int? { get }

  /// Refuses inputs for which the pattern has no meaning.
  ///
  /// - Throws: `input.attention`.
  func check(length: Int, heads: Int, headSize: Int) throws(LFError)

  /// Heads that see different keys; others see what one of these sees.
  func distinctHeads(of count: Int) -> [Int]

  /// The pattern in words, as in "window 512, dilation 1, 2".
  var description: String { get }

  /// The same of one head, where heads differ.
  func description(ofHead head: Int) -> String

  /// Width of the attention window, both sides together, where there is one.
  var windowWidth: Int? { get }

  /// What a user of Hugging Face's classes has to know about a model with this
  /// pattern; nil when they compute it.
  var remarkForStockClasses: String? { get }
}

/// Positions at equal distances: `first`, `first + step`, …, `count` of them.
public struct KeyRun: Sendable, Equatable {
  /// The first position.
  public let first: Int
  /// How many there are.
  public let count: Int
  /// Distance of neighbours.
  public let step: Int

  /// Positions at equal distances; a negative count counts as 0.
  public init(first: Int, count: Int, step: Int = 1) {
    self.first = first
    self.count = max(0, count)
    self.step = step
  }

  /// The positions, in ascending order.
  public var positions: StrideTo<Int> {
    stride(from: first, to: first + count * step, by: step)
  }
}

/// What the context of a padded query is.
public enum PaddedQueries: Sendable, Equatable {
  /// They attend like all others. Where every key is padded too, all keys
  /// count the same: Hugging Face's mask then swallows the scores.
  case attend
  /// Zero.
  case zero
}

extension AttentionRule {
  public var isCausal: Bool { false }
  public var windowWidth: Int? { nil }
  public var pictureLength: Int? { nil }
  public var remarkForStockClasses: String? { nil }
  public func distinctHeads(of count: Int) -> [Int] { count > 0 ? [0] : [] }
  public func example(length: Int) -> any AttentionRule { self }
  public func description(ofHead head: Int) -> String { description }
  public func check(length: Int, heads: Int, headSize: Int) throws(LFError) {}
  public func countedKeys(head: Int, length: Int) -> Double {
    Double(mostKeys(head: head, length: length))
  }

  /// Keys that a query sees, global ones not counted.
  public func keyCount(query: Int, head: Int, length: Int) -> Int {
    visibleKeys(query: query, head: head, length: length).reduce(0) { $0 + $1.count }
  }

  /// Most keys that any query of a head sees.
  public func mostKeys(head: Int, length: Int) -> Int {
    // Patterns are regular: the ends and the middle of some queries tell.
    let step = max(1, length / 64)
    let sample = stride(from: 0, to: length, by: step) + [length / 2, length - 1]
    return sample.lazy.filter { $0 >= 0 && $0 < length }
      .map { keyCount(query: $0, head: head, length: length) }.max() ?? 0
  }

  /// Whether every query sees every key.
  public func showsEverything(heads: Int, length: Int) -> Bool {
    distinctHeads(of: heads).allSatisfy { head in
      (0..<length).allSatisfy { query in
        let runs = visibleKeys(query: query, head: head, length: length)
        return Set(runs.flatMap(\.positions)).count == length
      }
    }
  }
}

private func + (sequence: StrideTo<Int>, others: [Int]) -> [Int] { Array(sequence) + others }
