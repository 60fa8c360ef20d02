import LFCore

/// How a pattern is named: the reader of one form of `AttentionName`.
struct AttentionSpelling: Sendable {
  /// One number of a name, as it is called in messages.
  struct Number: Sendable {
    let name: String
    var range = 1...largest
    var isEven = false
    /// Whether there may be one for each layer, as in `4/8/16`.
    var isByLayer = false

    /// What is larger is no pattern of any input.
    static let largest = 1 << 24

    /// Reads the number, or the list of them.
    func values(_ field: String, in text: String) throws(LFError) -> [Int] {
      let items =
        isByLayer ? field.split(separator: "/", omittingEmptySubsequences: false) : [field[...]]
      var values: [Int] = []
      for item in items {
        guard let value = AttentionSpelling.number(item), range.contains(value),
          !isEven || value.isMultiple(of: 2)
        else {
          throw AttentionName.error(
            expected: "\(name) as \(isEven ? "an even" : "a whole") number from "
              + "\(range.lowerBound) to \(range.upperBound)",
            found: "\(printable(String(item), limit: 40)) in \(text)")
        }
        values.append(value)
      }
      return values
    }
  }

  /// The model that a pattern is made for.
  struct Model {
    let layers: Int
    let heads: Int
    let isCausal: Bool
    let rotations: LSHRotations
  }

  /// What comes before the first colon.
  let name: String
  /// What comes behind it, separated by colons.
  let numbers: [Number]
  let hasGlobalTokens: Bool
  let canBeCausal: Bool
  /// The patterns of all layers.
  let patterns: @Sendable (Model, [[Int]]) throws(LFError) -> [AttentionPattern]

  init(
    name: String, numbers: [Number], hasGlobalTokens: Bool = true, canBeCausal: Bool = false,
    patterns: @escaping @Sendable (Model, [[Int]]) throws(LFError) -> [AttentionPattern]
  ) {
    self.name = name
    self.numbers = numbers
    self.hasGlobalTokens = hasGlobalTokens
    self.canBeCausal = canBeCausal
    self.patterns = patterns
  }

  /// As messages show it: `window:W`.
  var form: String { ([name] + numbers.map(\.name)).joined(separator: ":") }

  /// A number of decimal digits and nothing else.
  static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }
}
