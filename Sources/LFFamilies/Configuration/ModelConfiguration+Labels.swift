import LFCore

extension ModelConfiguration {
  /// Names of a classifier's labels, in the order of its outputs; empty when
  /// `id2label` is missing, or names other outputs.
  public var labels: [String] {
    let named = json["id2label"]?.objectValue?.members ?? []
    guard named.count == labelCount else { return [] }
    var names: [Int: String] = [:]
    for (key, value) in named {
      if let id = Int(key), let name = value.stringValue { names[id] = name }
    }
    let ordered = (0..<named.count).compactMap { names[$0] }
    return ordered.count == named.count ? ordered : []
  }
}
