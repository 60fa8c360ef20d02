/// Which keys a query may attend to in one layer.
///
/// A new pattern is a new case; the compiler then names every place that has
/// to know it.
public enum AttentionPattern: Sendable, Equatable {
  /// Every unpadded key (RoBERTa). Padded queries attend like all others.
  case full
  /// A band around the query, plus global tokens (Longformer, arXiv 2004.05150,
  /// section 3.1). The context of a padded query is zero.
  case slidingWindow(SlidingWindow)
}
