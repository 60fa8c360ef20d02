public import LFCore
import LFModels

/// Rows of tokens to score a model on.
public struct EvaluationRows: Sendable {
  /// A row; all lists are of one length.
  public struct Row: Sendable {
    public var ids: [Int]
    /// 1 for a token, 0 for padding.
    public var mask: [Int]
    public var global: [Int]?
    public var types: [Int]?
    /// Token ids, −100 where nothing is scored; nil leaves the choice to a seed.
    public var labels: [Int]?
    /// Characters of the text that each token stands for, where there is text.
    public var characters: [Int]?

    /// A row of a text's tokens.
    public init(ids: [Int], characters: [Int]? = nil) {
      self.ids = ids
      mask = Array(repeating: 1, count: ids.count)
      self.characters = characters
    }

    /// A part of the row.
    subscript(range: Range<Int>) -> Row {
      var part = Row(ids: Array(ids[range]))
      part.mask = Array(mask[range])
      part.global = global.map { Array($0[range]) }
      part.types = types.map { Array($0[range]) }
      part.labels = labels.map { Array($0[range]) }
      part.characters = characters.map { Array($0[range]) }
      return part
    }
  }

  /// What labels are where nothing is scored: Hugging Face's convention.
  static let ignored = -100

  /// The rows, in their order.
  public let rows: [Row]
  /// Where they come from, for messages.
  public let origin: String

  /// Rows that were made from texts.
  public init(rows: [Row], origin: String) {
    self.rows = rows
    self.origin = origin
  }

  /// Reads a file of inputs, [B,S] each: `input_ids`, optionally
  /// `attention_mask`, `global_attention_mask`, `token_type_ids`, `labels`.
  ///
  /// - Throws: `evaluate.inputs`.
  public init(inputs path: String) throws(LFError) {
    let file = try IntegerTensors(path, names: Self.names, code: "evaluate.inputs")
    guard file.shape.count == 2, let ids = file.values["input_ids"] else {
      throw .refused(
        "evaluate.inputs", at: .init(file: path, entry: "input_ids"), expected: "the shape [B,S]",
        found: "\(file.shape)")
    }
    let length = file.shape[1]
    rows = (0..<file.shape[0]).map { row in
      let range = row * length..<(row + 1) * length
      func part(_ name: TensorName) -> [Int]? { file.values[name].map { Array($0[range]) } }
      var result = Row(ids: Array(ids[range]))
      if let mask = part("attention_mask") { result.mask = mask }
      result.global = part("global_attention_mask")
      result.types = part("token_type_ids")
      result.labels = part("labels")
      return result
    }
    origin = path
  }

  private static let names: [TensorName] = [
    "input_ids", "attention_mask", "global_attention_mask", "token_type_ids", "labels",
  ]

  /// The rows with labels and with the mask token where the labels are chosen by
  /// a seed, for one model.
  ///
  /// - Throws: `evaluate.inputs` for labels that are no tokens of the model,
  ///   `evaluate.mask-token`, and `evaluate.nothing` when no token is scored.
  func labelled(for model: OpenedModel, vocabulary: Int, seed: UInt64) throws(LFError) -> [Row] {
    var result = rows
    if rows.contains(where: { $0.labels == nil }) {
      guard let maskToken = try model.maskToken(rows: vocabulary), maskToken < vocabulary else {
        throw .refused(
          "evaluate.mask-token", at: .init(file: model.path),
          expected: "a mask token in the tokenizer's files, which replaces what is scored",
          found: "none", hint: "give labels and masked input_ids with --inputs")
      }
      let special = try model.specialTokens(rows: vocabulary)
      var choice = TokenChoice(seed: seed)
      for row in result.indices where result[row].labels == nil {
        var labels = Array(repeating: Self.ignored, count: result[row].ids.count)
        for (place, id) in result[row].ids.enumerated() {
          let isChosen = choice.next()
          guard isChosen, result[row].mask[place] != 0, !special.contains(id) else { continue }
          labels[place] = id
          result[row].ids[place] = maskToken
        }
        result[row].labels = labels
      }
    }
    var scored = 0
    for (number, row) in result.enumerated() {
      for label in row.labels ?? [] where label != Self.ignored {
        guard 0..<vocabulary ~= label else {
          throw .refused(
            "evaluate.inputs", at: .init(file: origin, entry: "labels"),
            expected: "ids from 0 to \(vocabulary - 1), or \(Self.ignored)",
            found: "\(label) in row \(number)")
        }
        scored += 1
      }
    }
    guard scored > 0 else {
      throw .refused(
        "evaluate.nothing", at: .init(file: origin), expected: "a token to score", found: "none",
        hint: "give labels, longer inputs, or another --seed")
    }
    return result
  }
}
