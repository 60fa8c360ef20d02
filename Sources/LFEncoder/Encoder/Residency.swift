/// How much of a model stays in memory.
public enum Residency: Sendable, Equatable {
  /// All weights are read once, when the model is made.
  case resident
  /// A layer's weights are read when it runs and then dropped, of the embedding
  /// tables only the rows that occur: memory is bounded by one layer, whatever
  /// the number of layers and the vocabulary.
  case streamed
}
