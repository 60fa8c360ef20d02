import LFCore
import LFFamilies

/// What the weights that differ from the expected ones say about the cause.
///
/// Bytes that differ are plainer than errors of outputs, so they come first.
struct TensorEvidence {
  let differing: [TensorDifference]
  let actual: any TensorSource
  let expected: ExpectedTensors
  let configuration: ModelConfiguration

  /// The cause; nil when every weight is as expected, and when a digest says
  /// that position rows differ but not which: then `undecided` is left.
  func diagnosis() throws(LFError) -> Diagnosis? {
    guard let first = differing.first else { return nil }
    if let names = Self.names(differing) { return names }
    if differing.allSatisfy({ $0.kind == .type }) {
      return Diagnosis(
        .elementType, "the weights are of another element type than expected", isConfirmed: true)
    }
    if let positions = differing.first(where: {
      $0.name.text.hasSuffix(TensorName.positionEmbeddings.text)
    }) {
      return positions.kind == .digest ? nil : try positionTable(positions)
    }
    if let types = differing.first(where: {
      $0.name.text.hasSuffix(TensorName.tokenTypeEmbeddings.text)
    }) {
      return Diagnosis(
        .tokenTypes,
        "the token type embeddings are not the expected ones (\(types.reason)): likely dropped or "
          + "initialised again", isConfirmed: true)
    }
    if differing.allSatisfy({ $0.name.text.contains(".attention.self.") }),
      differing.contains(where: { $0.name.text.contains("_global.") })
    {
      return Diagnosis(
        .globalAttention,
        try areSwapped()
          ? "the global projections hold the local ones and the other way round"
          : "the global projections are not the expected ones", isConfirmed: true)
    }
    return Diagnosis(
      .weights, "\(differing.count) weights are not the expected ones, first \(first.name)",
      isConfirmed: true)
  }

  /// What is known of weights of which only a digest tells that they differ.
  var undecided: Diagnosis? {
    differing.first.map {
      Diagnosis(.weights, "\($0.name) is not the expected one: it \($0.reason)", isConfirmed: true)
    }
  }

  /// What the names of missing and unexpected tensors say.
  static func names(_ differing: [TensorDifference]) -> Diagnosis? {
    let missing = differing.filter { $0.kind == .missing }.map(\.name.text)
    if let renamed = renamed(missing, differing) { return renamed }
    guard !missing.isEmpty, missing.allSatisfy({ $0.contains("_global.") }) else { return nil }
    return Diagnosis(
      .globalProjections,
      "the global projections are not there as tensors of their own: likely they were shared "
        + "with the local ones instead of copied", isConfirmed: true)
  }

  /// The same weights under names with another first part.
  private static func renamed(
    _ missing: [String], _ differing: [TensorDifference]
  ) -> Diagnosis? {
    let others = differing.filter { $0.kind == .unexpected }.map(\.name.text)
    guard !missing.isEmpty, !others.isEmpty else { return nil }
    func ending(_ name: String) -> Substring {
      for part in ["embeddings.", "encoder.", "pooler."] {
        if let range = name.firstRange(of: part) { return name[range.lowerBound...] }
      }
      return name[...]
    }
    let endings = Set(others.map(ending))
    guard missing.count(where: { endings.contains(ending($0)) }) * 2 >= missing.count else {
      return nil
    }
    let pair = missing.lazy.compactMap { wanted in
      others.first { ending($0) == ending(wanted) }.map { ($0, wanted) }
    }.first
    let (found, wanted) = pair ?? (others[0], missing[0])
    return Diagnosis(
      .tensorNames,
      "the tensors have other names, as \(found) for \(wanted): the stock class would leave its "
        + "weights random", isConfirmed: true)
  }

  /// Whether every local projection of the file is the expected global one.
  private func areSwapped() throws(LFError) -> Bool {
    let pairs = differing.filter { $0.name.text.contains("_global.weight") }.map { global in
      (global.name, TensorName(global.name.text.split(separator: "_global").joined()))
    }
    for (global, local) in pairs {
      guard let mine = actual.index(of: local), let theirs = expected.index(of: global),
        try expected.difference(theirs, from: actual, mine) == nil
      else { return false }
    }
    return !pairs.isEmpty
  }

  // MARK: Positions

  /// Rows of the position table that differ, and what that means.
  private func positionTable(_ difference: TensorDifference) throws(LFError) -> Diagnosis {
    guard case .bytes = difference.kind, let own = actual.index(of: difference.name),
      case .weights(let expected) = expected, let other = expected.index(of: difference.name)
    else {
      return Diagnosis(
        .weights, "the position table is another one: it \(difference.reason)", isConfirmed: true)
    }
    let mine = try actual.bytes(own)
    let theirs = try expected.bytes(other)
    let width = actual.tensors[own].rowByteCount
    let count = mine.count / max(1, width)
    func row(_ bytes: [UInt8], _ index: Int) -> ArraySlice<UInt8> {
      bytes[index * width..<(index + 1) * width]
    }
    let rows = (0..<count).filter { row(mine, $0) != row(theirs, $0) }
    let reserved = configuration.firstPosition
    guard reserved == 0 || rows.contains(where: { $0 >= reserved }) else {
      return Diagnosis(
        .reservedRows,
        "the reserved position rows \(rows) are not the source's: likely left uninitialised",
        isConfirmed: true)
    }
    let begin = (rows.first { $0 >= reserved } ?? reserved) - reserved
    let period = (1..<max(2, count - reserved)).first {
      reserved + $0 < count && row(theirs, reserved + $0) == row(theirs, reserved)
    }
    if let period, begin >= period {
      return Diagnosis(
        .tiling,
        "position rows differ from token \(begin) on, where the source's \(period) usable rows "
          + "should be repeating: the tiling is wrong", isConfirmed: true)
    }
    for shift in [1, -1, 2, -2, reserved, -reserved] {
      let inside = rows.filter { (0..<count).contains($0 + shift) }
      guard inside.count * 10 >= rows.count * 9, inside.count > 1 else { continue }
      if inside.allSatisfy({ row(mine, $0) == row(theirs, $0 + shift) }) {
        return Diagnosis(
          .positionOffset,
          "the position table is shifted by \(shift.magnitude): row r holds row r"
            + (shift > 0 ? "+" : "−") + "\(shift.magnitude)", isConfirmed: true)
      }
    }
    return Diagnosis(
      .weights, "\(rows.count) position rows differ, first that of token \(begin)",
      isConfirmed: true)
  }
}
