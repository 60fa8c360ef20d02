public import LFCore

/// The masked-LM loss of one model.
public struct ModelEvaluation: Sendable {
  /// Tokens at some positions of the model's input.
  public struct Positions: Sendable, Equatable {
    /// From the first position, 0 at the beginning of an input, to the one behind the last.
    public let range: Range<Int>
    /// Tokens that were scored there.
    public let scored: Int
    /// Their mean loss.
    public let natsPerToken: Double

    /// The object in `--json`.
    var json: JSONValue {
      .object(
        JSONObject([
          ("from", JSONValue(range.lowerBound)), ("to", JSONValue(range.upperBound)),
          ("scored", JSONValue(scored)), ("nats_per_token", JSONValue(natsPerToken)),
        ]))
    }
  }

  /// The file or folder.
  public let path: String
  /// The attention pattern, by its name.
  public let attention: String
  /// Tokens of the longest piece that the model read at once.
  public let length: Int
  /// Longest input that the model can read.
  public let longestInput: Int
  /// Tokens that were read, padding not counted.
  public let tokens: Int
  /// Tokens that were scored.
  public let scored: Int
  /// Mean of −ln p(label): Hugging Face's `loss`.
  public let natsPerToken: Double
  /// Characters of the text that the scored tokens stand for; nil without text.
  public let characters: Int?
  /// The part of the scored tokens whose label is the most probable token.
  public let top1: Double
  /// The loss by position.
  public let byPosition: [Positions]

  /// The mean loss in bits.
  public var bitsPerToken: Double { natsPerToken / ln2 }
  /// Bits of all scored tokens by the characters that these stand for.
  public var bitsPerCharacter: Double? {
    guard let characters, characters > 0 else { return nil }
    return natsPerToken * Double(scored) / ln2 / Double(characters)
  }

  private var ln2: Double { 0.693147180559945309417 }

  /// The object in `--json`.
  public var json: JSONValue {
    .object(
      JSONObject([
        ("path", .string(path)), ("attention", .string(attention)), ("length", JSONValue(length)),
        ("longest_input", JSONValue(longestInput)), ("tokens", JSONValue(tokens)),
        ("scored", JSONValue(scored)), ("nats_per_token", JSONValue(natsPerToken)),
        ("bits_per_token", JSONValue(bitsPerToken)),
        ("bits_per_character", bitsPerCharacter.map { JSONValue($0) } ?? .null),
        ("top1", JSONValue(top1)),
        (
          "by_position",
          .array(
            byPosition.map(\.json))
        ),
      ]))
  }
}
