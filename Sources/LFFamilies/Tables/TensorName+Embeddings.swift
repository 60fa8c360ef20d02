package import LFCore

/// Canonical names of the embedding tables, which more than one part of the
/// program looks at. All other names stand in the tables of the families.
extension TensorName {
  package static let wordEmbeddings: TensorName = "embeddings.word_embeddings.weight"
  package static let positionEmbeddings: TensorName = "embeddings.position_embeddings.weight"
  package static let tokenTypeEmbeddings: TensorName = "embeddings.token_type_embeddings.weight"
  /// Gain of the LayerNorm after the embeddings.
  package static let embeddingNormWeight: TensorName = "embeddings.LayerNorm.weight"
  package static let embeddingNormBias: TensorName = "embeddings.LayerNorm.bias"
}
