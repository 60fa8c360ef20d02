/// What is likely wrong with a model or a case; raw values are stable, so that
/// scripts can tell causes apart.
public enum Cause: String, Sendable, CaseIterable {
  /// Positions past the source's longest input hold the wrong rows.
  case tiling = "position-tiling"
  /// Rows 0…pad of the position table are not the source's.
  case reservedRows = "reserved-position-rows"
  /// Every token looks up a neighbouring position row.
  case positionOffset = "position-offset"
  case tokenTypes = "token-types"
  case epsilon = "layer-norm-epsilon"
  case activation
  case window = "attention-window"
  /// Global attention: flags or projections.
  case globalAttention = "global-attention"
  /// Global projections are not stored as tensors of their own.
  case globalProjections = "global-projections-missing"
  case tensorNames = "tensor-names"
  case elementType = "element-type"
  /// Weights differ in a way that fits nothing above.
  case weights
  /// Something about the embeddings that fits nothing above.
  case embeddings
  /// Something about the encoder that fits nothing above.
  case encoder
  case head
  /// The expected values contradict themselves.
  case expectedValues = "expected-values"
}
