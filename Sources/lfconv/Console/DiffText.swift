import LFCore
import LFFamilies
import LFTools

/// A comparison of two models as text for people.
enum DiffText {
  /// A line for each difference, and one for all that a conversion did alike.
  static func differences(_ comparison: ModelComparison) -> [String] {
    let conversion = comparison.conversion
    func isOpen(_ name: TensorName) -> Bool { conversion?.change(of: name) == nil }
    var lines = conversion.map { changes($0, comparison) } ?? []
    lines += comparison.onlyInFirst.filter(isOpen).map { row("only in a", printable($0.text)) }
    lines += comparison.onlyInSecond.filter(isOpen).map { row("only in b", printable($0.text)) }
    for tensor in comparison.differing where isOpen(tensor.name) {
      lines.append(row("differs", printable(tensor.name.text) + "  " + text(tensor)))
    }
    return lines
  }

  /// The last line.
  static func sum(_ comparison: ModelComparison) -> String {
    if comparison.isEqual {
      return "equal: \(count(comparison.compared, "tensor")), byte for byte"
    }
    let alone = comparison.onlyInFirst + comparison.onlyInSecond
    guard let conversion = comparison.conversion else {
      return "different: \(comparison.differing.count) of \(comparison.compared) tensors differ, "
        + "\(alone.count) \(alone.count == 1 ? "is" : "are") on one side only"
    }
    let made =
      "\(conversion.result.rawValue) is \(conversion.source.rawValue)"
      + (conversion.isLongformerMade
        ? " converted to a Longformer"
        : conversion.roundedTo != nil
          ? " in another element type" : " with the local projections as the global ones")
    guard !conversion.isComplete else {
      return "different: \(made), and nothing else was changed"
    }
    let differing = comparison.differing.count { conversion.change(of: $0.name) == nil }
    let others = alone.count { conversion.change(of: $0) == nil }
    return "different: besides what a conversion changes, \(differing) of \(comparison.compared) "
      + "tensors differ, \(others) \(others == 1 ? "is" : "are") on one side only"
  }

  /// What a conversion changed.
  private static func changes(
    _ conversion: ConversionTrace, _ comparison: ModelComparison
  ) -> [String] {
    let (source, result) = (conversion.source.rawValue, conversion.result.rawValue)
    var lines: [String] = []
    if let families = comparison.families, families.0 != families.1 {
      lines.append(row("names", "matched by meaning: a is \(families.0), b is \(families.1)"))
    }
    if let tiling = conversion.tiling {
      let before = tiling.sourceReservedRows + tiling.usableRows
      lines.append(
        row(
          "tiled",
          "position rows: \(before) in \(source), \(tiling.targetRows) in \(result): "
            + "\(tiling.reservedRows) reserved, then \(source)'s "
            + "\(min(tiling.usableRows, tiling.maxPositions)) over and over"))
    }
    let copied = conversion.names(.copied)
    if !copied.isEmpty {
      lines.append(
        row(
          "copied",
          "\(count(copied.count, "global projection")) of \(result) equal \(source)'s local ones"))
    }
    let rounded = conversion.names(.rounded, .tiledAndRounded)
    if let type = conversion.roundedTo, !rounded.isEmpty {
      let largest = comparison.differing.filter { conversion.change(of: $0.name) == .rounded }
        .compactMap(\.maxAbsolute).max()
      lines.append(
        row(
          "rounded",
          "\(count(rounded.count, "tensor")) of \(result) equal \(source)'s, rounded to "
            + type.rawValue + (largest.map { ": max abs \($0.rounded3)" } ?? "")))
    }
    for name in conversion.names(.leftOut) {
      lines.append(
        row("left out", "\(printable(name.text)), which \(result)'s architecture has no use for"))
    }
    lines.append(row("equal", "\(count(comparison.equalCount, "tensor")), byte for byte"))
    return lines
  }

  private static func text(_ tensor: TensorDistance) -> String {
    guard let largest = tensor.maxAbsolute, let cosine = tensor.cosine else { return tensor.remark }
    var text = "max abs \(largest.rounded3)"
    if let ulp = tensor.maxULP { text += ", max ULP \(ulp)" }
    text += ", cosine \(cosine)"
    return text + (tensor.remark.isEmpty ? "" : "  (\(tensor.remark))")
  }

  private static func row(_ name: String, _ text: String) -> String {
    name.padding(to: 11) + text
  }

  private static func count(_ number: Int, _ what: String) -> String {
    "\(number) \(what)\(number == 1 ? "" : "s")"
  }
}
