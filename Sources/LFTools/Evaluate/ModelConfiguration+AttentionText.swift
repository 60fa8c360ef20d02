import LFFamilies

extension ModelConfiguration {
  /// The model's own attention by its name, as in `window:512`; in words where
  /// no name says it, as for dilations by head.
  var attentionText: String {
    var windows = attentionWindows.map(String.init)
    if Set(windows).count == 1 { windows = [windows[0]] }
    for name in ["full", "window:" + windows.joined(separator: "/")] {
      let patterns = try? AttentionName(name).patterns(layers: layerCount, heads: headCount)
      if patterns == attention { return name }
    }
    var words: [String] = []
    for text in attention.map(\.rule.description) where words.last != text { words.append(text) }
    return words.joined(separator: " / ")
  }
}
