/// What is likely wrong with a model or a case; raw values are stable, so that
/// scripts can tell causes apart.
public enum Cause: String, Sendable, CaseIterable {
  /// Positions past the source's longest input hold the wrong rows.
  case tiling = "position-tiling"
  /// Rows 0…pad of the position table are not the source's.
  case reservedRows = "reserved-position-rows"
  /// Every token looks up a neighbouring position row.
  case positionOffset = "position-offset"
  /// A row of the token type embeddings is missing or wrong.
  case tokenTypes = "token-types"
  /// The LayerNorm epsilon is another.
  case epsilon = "layer-norm-epsilon"
  /// The activation function is another.
  case activation
  /// The window of local attention has another width.
  case window = "attention-window"
  /// Global attention: flags or projections.
  case globalAttention = "global-attention"
  /// Global projections are not stored as tensors of their own.
  case globalProjections = "global-projections-missing"
  /// The tensors have names that no stock class loads.
  case tensorNames = "tensor-names"
  /// The weights are stored in another element type.
  case elementType = "element-type"
  /// Weights differ in a way that fits nothing above.
  case weights
  /// Something about the embeddings that fits nothing above.
  case embeddings
  /// Something about the encoder that fits nothing above.
  case encoder
  /// Something about the head.
  case head
  /// The golden itself is damaged: expected values that contradict themselves
  /// or the inputs, or a file of the case that is not the recorded one.
  case expectedValues = "expected-values"
  /// A file of the model is not the recorded one, and nothing says more.
  case modelFiles = "model-files"
}

/// The likely cause of a failure, told from the pattern of the errors.
public struct Diagnosis: Sendable, Equatable {
  /// What is likely wrong.
  public let cause: Cause
  /// One sentence for people.
  public let text: String
  /// Whether it was tested: bytes that differ were seen, or all outputs agree
  /// once this one thing is set right.
  public let isConfirmed: Bool

  init(_ cause: Cause, _ text: String, isConfirmed: Bool = false) {
    self.cause = cause
    self.text = text
    self.isConfirmed = isConfirmed
  }
}
