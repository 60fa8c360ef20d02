import LFCore

/// `attention_window`, `attention_dilation` and `autoregressive` of a
/// configuration.
extension SlidingWindow {
  /// Largest window and dilation that a configuration may ask for.
  static let largest = 1 << 24

  static let kind = AttentionKind(name: "sliding_window") { (source) throws(LFError) in
    let windows = try windows(source)
    let dilations = try dilations(source)
    let causal = source.fields.value("autoregressive")?.boolValue ?? false
    return zip(windows, dilations).map { window, dilation in
      .slidingWindow(
        SlidingWindow(oneSided: window / 2, dilations: dilation, isCausal: causal))
    }
  }

  /// Enters full widths, one a layer, into a configuration.
  static func write(windows: [Int], to json: inout JSONObject) {
    json["attention_window"] = .array(windows.map { JSONValue($0) })
  }

  /// Enters dilations: a number, a list by layer, or lists by layer and head.
  static func write(dilation: JSONValue, to json: inout JSONObject) {
    json["attention_dilation"] = dilation
  }

  /// Hugging Face's full widths, one a layer.
  private static func windows(_ source: AttentionFields) throws(LFError) -> [Int] {
    let key = "attention_window"
    let (fields, layers) = (source.fields, source.layers)
    guard let value = fields.value(key) else {
      throw fields.error(key, expected: "a window, or a list of them", found: "nothing")
    }
    var windows: [Int] = []
    for item in value.arrayValue ?? Array(repeating: value, count: layers) {
      guard let window = item.intValue, window > 0, window.isMultiple(of: 2), window <= largest
      else {
        throw fields.error(
          key, expected: "positive even windows (the full width, both sides)",
          found: item.kindName)
      }
      windows.append(window)
    }
    guard windows.count == layers else {
      throw fields.error(
        key, expected: "one window for each of \(layers) layers", found: "\(windows.count)")
    }
    return windows
  }

  /// A dilation for every head of every layer.
  private static func dilations(_ source: AttentionFields) throws(LFError) -> [[Int]] {
    let key = "attention_dilation"
    let (fields, layers, heads) = (source.fields, source.layers, source.heads)
    guard let value = fields.value(key) else {
      return Array(repeating: Array(repeating: 1, count: heads), count: layers)
    }
    var result: [[Int]] = []
    for item in value.arrayValue ?? Array(repeating: value, count: layers) {
      let row = item.arrayValue ?? Array(repeating: item, count: heads)
      var dilations: [Int] = []
      for entry in row {
        guard let dilation = entry.intValue, dilation >= 1, dilation <= largest else {
          throw fields.error(key, expected: "dilations of 1 or more", found: entry.kindName)
        }
        dilations.append(dilation)
      }
      guard dilations.count == heads else {
        throw fields.error(
          key, expected: "one dilation for each of \(heads) heads", found: "\(dilations.count)")
      }
      result.append(dilations)
    }
    guard result.count == layers else {
      throw fields.error(
        key, expected: "one dilation, or list of them, for each of \(layers) layers",
        found: "\(result.count)")
    }
    return result
  }
}

/// `window:W`, `window:W1/W2/…` and `dilated:W:D`.
extension SlidingWindow {
  private static let window = AttentionSpelling.Number(
    name: "W", range: 2...largest, isEven: true, isByLayer: true)

  static let spelling = AttentionSpelling(
    name: "window", numbers: [window], canBeCausal: true
  ) { (model, numbers) throws(LFError) in
    try patterns(model, numbers[0], dilation: 1)
  }

  static let dilatedSpelling = AttentionSpelling(
    name: "dilated",
    numbers: [
      AttentionSpelling.Number(name: "W", range: 2...largest, isEven: true),
      AttentionSpelling.Number(name: "D", range: 1...largest),
    ], canBeCausal: true
  ) { (model, numbers) throws(LFError) in
    try patterns(model, numbers[0], dilation: numbers[1][0])
  }

  private static func patterns(
    _ model: AttentionSpelling.Model, _ windows: [Int], dilation: Int
  ) throws(LFError) -> [AttentionPattern] {
    guard windows.count == 1 || windows.count == model.layers else {
      throw AttentionName.error(
        expected: "one window, or one for each of \(model.layers) layers",
        found: "\(windows.count) windows")
    }
    let dilations = Array(repeating: dilation, count: model.heads)
    return (0..<model.layers).map { layer in
      .slidingWindow(
        SlidingWindow(
          oneSided: windows[windows.count == 1 ? 0 : layer] / 2, dilations: dilations,
          isCausal: model.isCausal))
    }
  }
}
