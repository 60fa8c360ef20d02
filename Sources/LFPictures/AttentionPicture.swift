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
  /// Tokens of each cell: the same number in all but the last, or regular
  /// patterns would get stripes that they do not have.
  private let tokensPerCell: Int
  /// Cells of a side.
  package let side: Int

  /// Cells of a side at most, and queries that are looked at for each.
  private static let mostCells = 160
  private static let sampledQueries = 4
  /// Degrees of darkness; the lightest is still plain to see.
  private static let shades = 4
  private static let lightest = 0.4
  /// Width at least of a global token's row and column: one among thousands is
  /// the most important line of the picture.
  private static let leastWidth = 1.2

  /// The tokens of one sequence.
  package init(isGlobal: [Bool], isKept: [Bool]) {
    self.isGlobal = isGlobal
    self.isKept = isKept
    tokensPerCell = max(1, (isGlobal.count + Self.mostCells - 1) / Self.mostCells)
    side = max(1, (isGlobal.count + tokensPerCell - 1) / tokensPerCell)
  }

  /// The shapes, as elements of SVG that have the classes band, global, none and
  /// veil.
  ///
  /// - Parameter heads: of which the keys are shown together.
  package func shapes(_ rule: any AttentionRule, heads: [Int]) -> String {
    let rule = rule.example(length: length)
    var text = "<rect class=\"none\" width=\"100\" height=\"100\"/>"
    // Whole numbers inside of one scale: rounded edges of neighbours would leave gaps.
    text += "<g transform=\"scale(\(Markup.fixed(100 / Double(side), 6)))\">"
    text += cells(rule, heads) + "</g>"
    if rule.hasGlobalTokens {
      for run in runs({ isGlobal[$0] }) { text += global(run, isCausal: rule.isCausal) }
    }
    for run in runs({ !isKept[$0] }) {
      let (begin, end) = (place(run.lowerBound), place(run.upperBound))
      let (from, size) = (Markup.number(begin), Markup.number(end - begin))
      text += "<rect class=\"veil\" x=\"\(from)\" width=\"\(size)\" height=\"100\"/>"
      text += "<rect class=\"veil\" y=\"\(from)\" width=\"100\" height=\"\(size)\"/>"
    }
    return text
  }

  /// Where a token begins, from 0 to 100.
  private func place(_ token: Int) -> Double {
    100 * Double(token) / Double(side * tokensPerCell)
  }

  /// Row and column of some global tokens.
  private func global(_ run: Range<Int>, isCausal: Bool) -> String {
    let width = max(Self.leastWidth, place(run.upperBound) - place(run.lowerBound))
    let begin = min(place(run.lowerBound), 100 - width)
    let (from, size) = (Markup.number(begin), Markup.number(width))
    // No key after the query, global ones included, in a causal layer.
    let below = isCausal ? begin : 0
    let reach = isCausal ? begin + width : 100
    return "<rect class=\"global\" x=\"\(from)\" y=\"\(Markup.number(below))\" width=\"\(size)\" "
      + "height=\"\(Markup.number(100 - below))\"/><rect class=\"global\" y=\"\(from)\" "
      + "width=\"\(Markup.number(reach))\" height=\"\(size)\"/>"
  }

  // MARK: Cells

  /// A run of equal cells of one row.
  private struct Stretch: Hashable {
    let columns: Range<Int>
    let shade: Int
  }

  /// The keys that are seen without global tokens: one path for each shade, of
  /// rectangles with whole numbers.
  private func cells(_ rule: any AttentionRule, _ heads: [Int]) -> String {
    var paths = [String](repeating: "", count: Self.shades + 1)
    var open: [Stretch: Int] = [:]  // the row in which each began
    for row in 0...side {
      let now = row < side ? Set(stretches(shades(rule, heads, row: row))) : []
      let ended = open.filter { !now.contains($0.key) }.sorted {
        ($0.value, $0.key.columns.lowerBound) < ($1.value, $1.key.columns.lowerBound)
      }
      for (stretch, first) in ended {
        open[stretch] = nil
        let (x, width) = (stretch.columns.lowerBound, stretch.columns.count)
        paths[stretch.shade] += "M\(x) \(first)h\(width)v\(row - first)h-\(width)z"
      }
      for stretch in now where open[stretch] == nil { open[stretch] = row }
    }
    var text = ""
    for (shade, path) in paths.enumerated() where !path.isEmpty {
      let share = Double(shade - 1) / Double(Self.shades - 1)
      let opacity = Markup.number(Self.lightest + (1 - Self.lightest) * share)
      text += "<path class=\"band\" opacity=\"\(opacity)\" d=\"\(path)\"/>"
    }
    return text
  }

  private func stretches(_ shades: [Int]) -> [Stretch] {
    var result: [Stretch] = []
    var first = 0
    for column in 1...shades.count where column == shades.count || shades[column] != shades[first] {
      if shades[first] > 0 { result.append(Stretch(columns: first..<column, shade: shades[first])) }
      first = column
    }
    return result
  }

  /// How much of each cell of a row is seen: 0 nothing, `shades` everything.
  private func shades(_ rule: any AttentionRule, _ heads: [Int], row: Int) -> [Int] {
    let queries = tokens(of: row)
    let step = max(1, queries.count / Self.sampledQueries)
    var seen = [Int](repeating: 0, count: side)  // keys of each cell, over the queries
    var sampled = 0
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
      for cell in seen.indices { seen[cell] += best[cell] }
    }
    return seen.enumerated().map { cell, keys in
      guard keys > 0 else { return 0 }
      let share = Double(keys) / Double(tokens(of: cell).count * sampled)
      return max(1, min(Self.shades, Int((share * Double(Self.shades)).rounded())))
    }
  }

  /// Adds a run's keys to the cells that they lie in.
  private func count(_ run: KeyRun, in cells: inout [Int]) {
    guard run.count > 0 else { return }
    // As many steps as there are cells, however many keys there are.
    guard run.step == 1 else {
      var taken = 0
      while taken < run.count {
        let cell = (run.first + taken * run.step) / tokensPerCell
        let last = min(length - 1, (cell + 1) * tokensPerCell - 1)
        let reached = min(run.count, (last - run.first) / run.step + 1)
        cells[cell] += reached - taken
        taken = reached
      }
      return
    }
    let keys = run.first..<run.first + run.count
    for cell in keys.lowerBound / tokensPerCell...(keys.upperBound - 1) / tokensPerCell {
      cells[cell] += keys.clamped(to: tokens(of: cell)).count
    }
  }

  /// The tokens of a cell.
  private func tokens(of cell: Int) -> Range<Int> {
    cell * tokensPerCell..<min(length, (cell + 1) * tokensPerCell)
  }

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
