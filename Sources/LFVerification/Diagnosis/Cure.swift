import LFCore

/// One thing about a run set right, on trial.
struct Cure {
  /// What the user is told when all outputs agree with it.
  let text: String
  /// The run with the one thing set right.
  let run: CaseRun
  /// Tokens whose embeddings cannot be known with it: a shifted table has lost
  /// its outermost rows.
  var unknown: Set<Int> = []
}
