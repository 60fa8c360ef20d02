import LFCore

/// A band around the query, plus global tokens (Longformer, arXiv 2004.05150,
/// section 3.1).
public struct SlidingWindow: AttentionRule {
  /// Keys on each side of the query: half of Hugging Face's `attention_window`,
  /// all of AI2's. The query's own key comes on top.
  public let oneSided: Int
  /// Distance between neighbouring keys of the band, one for each head; 1 is
  /// the plain band. Query i sees the keys i + d·k for |k| ≤ `oneSided`.
  public let dilations: [Int]
  /// Whether only keys up to the query itself are seen, global ones included.
  public let isCausal: Bool

  /// A band with one dilation for each head.
  public init(oneSided: Int, dilations: [Int], isCausal: Bool = false) {
    self.oneSided = oneSided
    self.dilations = dilations
    self.isCausal = isCausal
  }

  public func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    let step = max(1, min(dilations[head], length))
    let left = min(oneSided, query / step)
    let right = isCausal ? 0 : min(oneSided, (length - 1 - query) / step)
    return [KeyRun(first: query - left * step, count: left + 1 + right, step: step)]
  }

  public var hasGlobalTokens: Bool { true }
  public var paddedQueries: PaddedQueries { .zero }

  public func mostKeys(ofNeighbours queries: Int, length: Int) -> Int {
    min(length, queries + 2 * oneSided)
  }

  public func distinctHeads(of count: Int) -> [Int] {
    var seen: Set<Int> = []
    return dilations.indices.prefix(count).filter { seen.insert(dilations[$0]).inserted }
  }

  public func description(ofHead head: Int) -> String {
    SlidingWindow(oneSided: oneSided, dilations: [dilations[head]], isCausal: isCausal).description
  }

  public var description: String {
    var text = "window \(oneSided * 2)"
    let distances = Set(dilations).sorted()
    if distances != [1] {
      text += ", dilation \(distances.map(String.init).joined(separator: ", "))"
    }
    return text + (isCausal ? ", causal" : "")
  }

  public var windowWidth: Int? { oneSided * 2 }

  public var remarkForStockClasses: String? {
    var remarks: [String] = []
    if dilations.contains(where: { $0 > 1 }) {
      remarks.append(
        "Hugging Face's Longformer classes load the result, but compute without attention_dilation")
    }
    if oneSided < 2 {
      remarks.append(
        "Hugging Face's Longformer classes load the result, but cannot run an attention window "
          + "below 4")
    }
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }
}
