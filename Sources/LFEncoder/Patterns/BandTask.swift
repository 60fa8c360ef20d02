import LFFamilies

/// Some queries of one head in a sliding-window layer.
///
/// With dilation d only positions of one residue class modulo d see each other
/// through the window, and within the class they do so like neighbours. Each
/// class is therefore an ordinary band over every d-th row.
struct BandTask: Sendable {
  let sequence: Int
  let head: Int
  /// First position of the class.
  let residue: Int
  /// Distance of neighbours in the class: the dilation.
  let step: Int
  /// The queries, counted within the class.
  let queries: Range<Int>

  /// All blocks of a layer that hold an unpadded token, in a fixed order.
  static func all(
    window: SlidingWindow, inputs: PreparedInputs
  ) -> [BandTask] {
    var tasks: [BandTask] = []
    for (sequence, mask) in inputs.sequences.enumerated() where mask.hasLocal {
      let length = mask.isKept.count
      for (head, dilation) in window.dilations.enumerated() {
        let step = min(dilation, length)
        for residue in 0..<step {
          let count = (length - residue - 1) / step + 1
          for start in stride(from: 0, to: count, by: AttentionContext.taskQueries) {
            let queries = start..<min(count, start + AttentionContext.taskQueries)
            let first = residue + queries.lowerBound * step
            let last = residue + (queries.upperBound - 1) * step
            guard first < mask.keptRange.upperBound, last >= mask.keptRange.lowerBound else {
              continue
            }
            tasks.append(
              BandTask(
                sequence: sequence, head: head, residue: residue, step: step, queries: queries))
          }
        }
      }
    }
    return tasks
  }

  /// Position of a token of the class.
  func position(_ index: Int) -> Int { residue + index * step }

  /// Indices within the class whose positions lie in a range.
  func indices(in range: Range<Int>) -> Range<Int> {
    func firstIndex(atOrAfter position: Int) -> Int {
      position <= residue ? 0 : (position - residue + step - 1) / step
    }
    let low = firstIndex(atOrAfter: range.lowerBound)
    return low..<max(low, firstIndex(atOrAfter: range.upperBound))
  }
}
