package import LFFamilies

/// Which keys each query sees, as shapes of a square of 100 by 100: queries
/// from top to bottom, keys from left to right.
///
/// Drawn from the pattern's own description, as cells that are darker the more
/// of their keys are seen; a picture stays small, however long the sequence.
package struct AttentionPicture {
  /// For every token whether it is global, and whether it is no padding.
  private let isGlobal: [Bool]
  private let isKept: [Bool]
  private var length: Int { isGlobal.count }
  /// Cells of a side at most, and queries that are looked at for each.
  private static let mostCells = 192
  private static let sampledQueries = 4

  package init(isGlobal: [Bool], isKept: [Bool]) {
    self.isGlobal = isGlobal
    self.isKept = isKept
  }

  /// The shapes, as elements of SVG that bear the classes band, global, none and
  /// veil.
  ///
  /// - Parameter heads: of which the keys are shown together.
  package func shapes(_ rule: some AttentionRule, heads: [Int]) -> String {
    let scale = 100 / Double(length)
    var text = "<rect class=\"none\" width=\"100\" height=\"100\"/>"
    text += cells(rule, heads)
    for run in runs({ isGlobal[$0] }) {
      let begin = Double(run.lowerBound) * scale
      let width = max(0.8, Double(run.count) * scale)
      let (from, size) = (Markup.number(begin), Markup.number(width))
      // No key after the query, global ones included, in a causal layer.
      let below = Markup.number(rule.isCausal ? begin : 0)
      let height = Markup.number(rule.isCausal ? 100 - begin : 100)
      let reach = Markup.number(rule.isCausal ? min(100, begin + width) : 100)
      text += "<rect class=\"global\" x=\"\(from)\" y=\"\(below)\" width=\"\(size)\" "
      text += "height=\"\(height)\"/>"
      text += "<rect class=\"global\" y=\"\(from)\" width=\"\(reach)\" height=\"\(size)\"/>"
    }
    for run in runs({ !isKept[$0] }) {
      let from = Markup.number(Double(run.lowerBound) * scale)
      let size = Markup.number(Double(run.count) * scale)
      text += "<rect class=\"veil\" x=\"\(from)\" width=\"\(size)\" height=\"100\"/>"
      text += "<rect class=\"veil\" y=\"\(from)\" width=\"100\" height=\"\(size)\"/>"
    }
    return text
  }

  /// The keys that are seen without global tokens: one path for each shade.
  private func cells(_ rule: some AttentionRule, _ heads: [Int]) -> String {
    let side = min(length, Self.mostCells)
    let cell = 100 / Double(side)
    var paths = [String](repeating: "", count: Self.shades + 1)
    for row in 0..<side {
      let shade = shades(rule, heads, row: row, side: side)
      var column = 0
      while column < side {
        var end = column + 1
        while end < side, shade[end] == shade[column] { end += 1 }
        if shade[column] > 0 {
          let x = Markup.number(Double(column) * cell)
          let y = Markup.number(Double(row) * cell)
          let width = Markup.number(Double(end - column) * cell)
          let height = Markup.number(cell)
          paths[shade[column]] += "M\(x) \(y)h\(width)v\(height)h-\(width)z"
        }
        column = end
      }
    }
    var text = ""
    for (shade, path) in paths.enumerated() where !path.isEmpty {
      let opacity = Markup.number(Double(shade) / Double(Self.shades))
      text += "<path class=\"band\" shape-rendering=\"crispEdges\" "
      text += (shade < Self.shades ? "opacity=\"\(opacity)\" " : "") + "d=\"\(path)\"/>"
    }
    return text
  }

  private static let shades = 4

  /// How much of each cell of a row is seen: 0 nothing, `shades` everything.
  private func shades(
    _ rule: some AttentionRule, _ heads: [Int], row: Int, side: Int
  ) -> [Int] {
    let queries = start(of: row, side)..<max(start(of: row, side) + 1, start(of: row + 1, side))
    let step = max(1, queries.count / Self.sampledQueries)
    var seen = [Double](repeating: 0, count: side)  // keys of each cell, over the queries
    var sampled = 0.0
    for query in stride(from: queries.lowerBound, to: queries.upperBound, by: step) {
      sampled += 1
      var best = [Int](repeating: 0, count: side)  // of the head that sees most of the cell
      for head in heads {
        var own = [Int](repeating: 0, count: side)
        for run in rule.visibleKeys(query: query, head: head, length: length) {
          count(run, in: &own)
        }
        for cell in own.indices { best[cell] = max(best[cell], own[cell]) }
      }
      for cell in seen.indices { seen[cell] += Double(best[cell]) }
    }
    return seen.enumerated().map { cell, keys in
      let all = Double(max(1, start(of: cell + 1, side) - start(of: cell, side))) * sampled
      guard keys > 0 else { return 0 }
      return max(1, min(Self.shades, Int((keys / all * Double(Self.shades)).rounded())))
    }
  }

  /// Adds a run's keys to the cells that they lie in.
  private func count(_ run: KeyRun, in cells: inout [Int]) {
    guard run.count > 0 else { return }
    if run.step == 1 {
      let (first, end) = (run.first, run.first + run.count)
      var cell = self.cell(of: first, cells.count)
      while cell < cells.count, start(of: cell, cells.count) < end {
        cells[cell] +=
          min(end, start(of: cell + 1, cells.count)) - max(first, start(of: cell, cells.count))
        cell += 1
      }
    } else {
      for key in run.positions { cells[cell(of: key, cells.count)] += 1 }
    }
  }

  /// The first token of a cell.
  private func start(of cell: Int, _ side: Int) -> Int { (cell * length + side - 1) / side }

  /// The cell that a token lies in.
  private func cell(of token: Int, _ side: Int) -> Int { token * side / length }

  private func runs(_ isInside: (Int) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for token in 0..<length where isInside(token) {
      if let last = runs.last, last.upperBound == token {
        runs[runs.count - 1] = last.lowerBound..<token + 1
      } else {
        runs.append(token..<token + 1)
      }
    }
    return runs
  }
}
