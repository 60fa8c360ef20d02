import LFCore

/// What the options of a conversion must be for a source, before anything is
/// planned.
struct LongformerOptionCheck {
  let source: ModelConfiguration
  let options: LongformerOptions

  /// - Throws: `usage.*`, which names the option.
  func run() throws(LFError) {
    try checkPositions()
    try checkWindows()
    if let dilation = options.attentionDilation { try check(dilation) }
    guard !options.resetsGlobalProjections || source.isLongformer else {
      throw LFError(
        .usage, "usage.reset-global-projections",
        "--reset-global-projections: expected a Longformer, found a model of the family "
          + "\(source.family), which has no global projections",
        hint: "leave the option out: a conversion copies the local projections to the global ones")
    }
  }

  private func checkPositions() throws(LFError) {
    let limit = LongformerOptions.maxPositionsLimit
    let positions = options.maxPositions(for: source)
    guard (1...limit).contains(positions) else {
      throw LFError(
        .usage, "usage.max-positions",
        "--max-positions: expected a number from 1 to \(limit), found \(positions)")
    }
    guard source.paddingID < limit else {
      throw .refused(
        "config.value", at: .init(entry: "pad_token_id"),
        expected: "a padding token below \(limit)", found: "\(source.paddingID)")
    }
  }

  private func checkWindows() throws(LFError) {
    let windows = options.attentionWindows(for: source)
    guard windows.count == 1 || windows.count == source.layerCount else {
      throw error(
        "attention-window",
        expected: "one window, or one for each of \(source.layerCount.counted("layer"))",
        found: "\(windows.count)")
    }
    let largest = SlidingWindow.largest
    if let wrong = windows.first(where: { $0 < 2 || !$0.isMultiple(of: 2) || $0 > largest }) {
      throw error(
        "attention-window", expected: "even windows from 2 to \(largest)", found: "\(wrong)",
        hint: "the window is the full width: half of it lies on each side of a token")
    }
  }

  /// A number, a list by layer, or lists by layer and head.
  private func check(_ dilation: JSONValue) throws(LFError) {
    let option = "attention-dilation"
    let layers = dilation.arrayValue ?? [dilation]
    guard dilation.arrayValue == nil || layers.count == source.layerCount else {
      throw error(
        option,
        expected: "one dilation, or one for each of \(source.layerCount.counted("layer"))",
        found: "\(layers.count)")
    }
    for layer in layers {
      let heads = layer.arrayValue ?? [layer]
      guard layer.arrayValue == nil || heads.count == source.headCount else {
        throw error(
          option, expected: "one dilation for each of \(source.headCount.counted("head"))",
          found: "\(heads.count)")
      }
      for head in heads {
        guard let number = head.intValue, (1...SlidingWindow.largest).contains(number) else {
          throw error(
            option, expected: "numbers from 1 to \(SlidingWindow.largest)", found: head.compact)
        }
      }
    }
  }

  private func error(
    _ option: String, expected: String, found: String, hint: String? = nil
  ) -> LFError {
    LFError(
      .usage, "usage.\(option)", "--\(option): expected \(expected), found \(found)", hint: hint)
  }
}
