import LFCore
import LFEncoder
import LFFamilies

/// Which tokens drift in the first hidden states that do, and what that points
/// to.
struct DriftPattern {
  /// Causes worth a try, the likeliest first.
  let suspects: [Cause]
  /// What the pattern alone says.
  let guess: Diagnosis?
  /// Tokens that drift, numbered through all sequences.
  let drifting: [Int]
  /// The first drifting token's place among the real tokens of its sequence,
  /// when the drift is one of the embeddings.
  let firstPlace: Int?
  /// Whether no token of the drifting tokens' types is right.
  let fillsTypes: Bool
  let layer: Int?

  /// - Parameter sourceLength: the longest input of the model that the
  ///   conversion started from, when there was a conversion.
  init(_ run: CaseRun, _ comparisons: [OutputComparison], sourceLength: Int?) throws(LFError) {
    let first = comparisons.first { !$0.passed && $0.layer != nil }
    let drifting = first?.tokenErrors.indices.filter { first?.tokenErrors[$0] ?? 0 > 1 } ?? []
    self.drifting = drifting
    layer = first?.layer
    let tokens = try DriftingTokens(run, Set(drifting))
    firstPlace = tokens.firstPlace
    fillsTypes = tokens.fillTheirTypes
    guard let layer = first?.layer, !drifting.isEmpty else {
      let hasStates = comparisons.contains { $0.layer != nil || $0.name == "last_hidden_state" }
      let isHead = hasStates && !comparisons.contains { !$0.passed && $0.name == Self.last }
      suspects =
        isHead
        ? []
        : [.window, .tiling, .positionOffset, .activation, .epsilon, .globalAttention]
      guess =
        isHead
        ? Diagnosis(.head, "all hidden states agree: the difference arises in the head") : nil
      return
    }
    (suspects, guess) =
      layer == 0 ? tokens.embeddings(sourceLength) : tokens.layer(layer, run.configuration)
  }

  private static let last = "last_hidden_state"
}

/// The tokens of a case, and which of them drift.
private struct DriftingTokens {
  let drifting: Set<Int>
  /// Place among the tokens that are counted, 0 being the first; below 0 for
  /// tokens that look up reserved rows.
  let places: [Int]
  let types: [Int]
  private let ids: [Int]
  /// Whether the position table can be a tiled one.
  private let canBeTiled: Bool
  let isKept: [Bool]
  let isGlobal: [Bool]

  init(_ run: CaseRun, _ drifting: Set<Int>) throws(LFError) {
    let tokens = try run.preparedInputs()
    self.drifting = drifting
    places = tokens.positions.map { $0 - run.configuration.firstPosition }
    ids = tokens.ids
    canBeTiled = run.configuration.positions == .afterPadding
    types = tokens.types
    isKept = tokens.isKept
    isGlobal = tokens.isGlobal
  }

  private var real: [Int] { places.indices.filter { places[$0] >= 0 } }
  var firstPlace: Int? { real.filter(drifting.contains).map { places[$0] }.min() }

  /// Whether nearly all real tokens of the drifting tokens' types drift: a type
  /// row that is wrong spares none of them.
  var fillTheirTypes: Bool {
    let off = Set(real.filter(drifting.contains).map { types[$0] })
    let alike = real.filter { off.contains(types[$0]) }
    return alike.count { drifting.contains($0) } * 10 >= alike.count * 9
  }

  /// What a few drifting tokens have in common: their ids, or their positions.
  private var commonRow: Diagnosis? {
    func values(_ list: [Int]) -> [Int]? {
      let off = Set(real.filter(drifting.contains).map { list[$0] })
      let right = Set(real.filter { !drifting.contains($0) }.map { list[$0] })
      let isTelling = off.isDisjoint(with: right) && off.count * 4 <= right.count
      return isTelling ? off.sorted() : nil
    }
    func list(_ values: [Int]) -> String {
      values.prefix(6).map(String.init).joined(separator: ", ") + (values.count > 6 ? ", …" : "")
    }
    let (words, rows) = (values(ids), values(places))
    let (which, table): (String, String)
    switch (words, rows) {
    case (nil, nil): return nil
    case (let words?, let rows?) where words.count == rows.count:
      // As the token that begins every sequence.
      which = "with the ids \(list(words)), which are those at \(list(rows)),"
      table = "word or the position"
    case (let words?, let rows) where words.count < rows?.count ?? .max:
      (which, table) = ("with the ids \(list(words))", "word")
    default: (which, table) = ("at \(list(rows ?? []))", "position")
    }
    return Diagnosis(
      .embeddings,
      "exactly the tokens \(which) are off from the embeddings on: likely their rows of the "
        + "\(table) embeddings differ")
  }

  /// Suspects and a guess when the embeddings are the first to drift.
  func embeddings(_ sourceLength: Int?) -> ([Cause], Diagnosis?) {
    guard let begin = firstPlace else {
      return (
        [],
        Diagnosis(
          .reservedRows,
          "only padding tokens are off, and they look up the reserved position rows: likely "
            + "those were left uninitialised")
      )
    }
    let later = real.filter { places[$0] >= begin }
    let isTail = later.count { drifting.contains($0) } * 10 >= later.count * 9
    if begin > 0, real.contains(where: { places[$0] < begin }),
      sourceLength.map({ begin >= $0 }) ?? isTail
    {
      let reason =
        sourceLength.map { "past the source's longest input of \($0.counted("token"))" }
        ?? "and all before are right"
      guard canBeTiled else {
        return (
          [.positionOffset],
          Diagnosis(
            .embeddings,
            "errors begin at token \(begin), \(reason): likely the position rows from there on "
              + "differ")
        )
      }
      return (
        [.tiling, .positionOffset],
        Diagnosis(
          .tiling,
          "errors begin at token \(begin), \(reason): likely the position rows are "
            + "repeated wrongly")
      )
    }
    let off = Set(real.filter(drifting.contains).map { types[$0] })
    let right = Set(real.filter { !drifting.contains($0) }.map { types[$0] })
    if !right.isEmpty, off.isDisjoint(with: right) {
      let names = off.sorted().map(String.init).joined(separator: ", ")
      return (
        [.tokenTypes],
        Diagnosis(
          .tokenTypes,
          "exactly the tokens of type \(names) are off from the embeddings on: "
            + "likely that row of the token type embeddings is missing or initialised again")
      )
    }
    if let commonRow { return ([], commonRow) }
    return (
      [.positionOffset, .epsilon, .tokenTypes],
      Diagnosis(
        .embeddings,
        "errors begin in the embeddings: likely the position offset, the token "
          + "types, the LayerNorm epsilon or the embedding weights")
    )
  }

  /// Suspects and a guess when a layer is the first to drift.
  func layer(_ layer: Int, _ configuration: ModelConfiguration) -> ([Cause], Diagnosis?) {
    let globals = Set(places.indices.filter { isGlobal[$0] })
    let hasLocal = places.indices.contains { isKept[$0] && !isGlobal[$0] }
    if hasLocal, drifting.isSubset(of: globals) {
      return (
        [.globalAttention],
        Diagnosis(
          .globalAttention,
          "in layer \(layer), the first that drifts, only global tokens are off: likely local "
            + "and global projections are mixed up")
      )
    }
    if !globals.isEmpty, drifting.isDisjoint(with: globals), !configuration.attentionWindows.isEmpty
    {
      return (
        [.window, .globalAttention],
        Diagnosis(
          .window,
          "in layer \(layer), the first that drifts, only tokens with local attention are off: "
            + "likely its window (now \(configuration.attentionWindows[layer - 1])) or its local projections"
        )
      )
    }
    return (
      [.activation, .window, .epsilon, .globalAttention],
      Diagnosis(
        .encoder,
        "the embeddings agree, layer \(layer) does not: likely the activation, the LayerNorm "
          + "epsilon, the window or a weight of that layer")
    )
  }
}
