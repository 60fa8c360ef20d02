/// Positions cut into ranges of nearly equal width, the same for all models, with
/// an additional cut where a model's positions end.
struct PositionBins {
  let ranges: [Range<Int>]

  /// About so many ranges.
  private static let count = 16

  /// - Parameters:
  ///   - longest: positions of the longest piece.
  ///   - cuts: positions where a range must end.
  init(longest: Int, cuts: [Int]) {
    let width = max(1, (longest + Self.count - 1) / Self.count)
    var ends = Set(stride(from: width, to: longest, by: width))
    ends.formUnion(cuts.filter { 0 < $0 && $0 < longest })
    ends.insert(longest)
    var start = 0
    ranges = ends.sorted().map { end in
      defer { start = end }
      return start..<end
    }
  }

  /// The mean of the values in every range that has some.
  func means(_ positions: [Int], _ values: [Double]) -> [ModelEvaluation.Positions] {
    var sums = Array(repeating: 0.0, count: ranges.count)
    var counts = Array(repeating: 0, count: ranges.count)
    for (position, value) in zip(positions, values) {
      guard let range = ranges.firstIndex(where: { $0.contains(position) }) else { continue }
      sums[range] += value
      counts[range] += 1
    }
    return ranges.indices.filter { counts[$0] > 0 }.map {
      ModelEvaluation.Positions(
        range: ranges[$0], scored: counts[$0], natsPerToken: sums[$0] / Double(counts[$0]))
    }
  }
}
