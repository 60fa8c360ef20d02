import TensorCore

/// Reads `attention_window`, `attention_dilation` and `autoregressive`.
struct AttentionFields {
  let fields: ConfigurationFields
  let layers: Int
  let heads: Int

  /// One pattern a layer.
  func patterns(_ kind: FamilyTable.AttentionKind) throws(LFError) -> [AttentionPattern] {
    switch kind {
    case .full: return Array(repeating: .full, count: layers)
    case .slidingWindow:
      let windows = try windows()
      let dilations = try dilations()
      let causal = fields.value("autoregressive")?.boolValue ?? false
      return zip(windows, dilations).map { window, dilation in
        .slidingWindow(
          SlidingWindow(oneSided: window / 2, dilations: dilation, isCausal: causal))
      }
    }
  }

  /// Hugging Face's full widths, one a layer.
  private func windows() throws(LFError) -> [Int] {
    let key = "attention_window"
    guard let value = fields.value(key) else {
      throw fields.error(key, expected: "a window, or a list of them", found: "nothing")
    }
    var windows: [Int] = []
    for item in value.arrayValue ?? Array(repeating: value, count: layers) {
      guard let window = item.intValue, window > 0, window.isMultiple(of: 2), window <= 1 << 24
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
  private func dilations() throws(LFError) -> [[Int]] {
    let key = "attention_dilation"
    guard let value = fields.value(key) else {
      return Array(repeating: Array(repeating: 1, count: heads), count: layers)
    }
    var result: [[Int]] = []
    for item in value.arrayValue ?? Array(repeating: value, count: layers) {
      let row = item.arrayValue ?? Array(repeating: item, count: heads)
      var dilations: [Int] = []
      for entry in row {
        guard let dilation = entry.intValue, dilation >= 1, dilation <= 1 << 24 else {
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
