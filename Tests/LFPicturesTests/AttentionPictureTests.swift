import LFFamilies
import LFPictures
import TestSupport
import Testing

@Suite("Attention pictures")
struct AttentionPictureTests {
  private func cells(
    _ rule: some AttentionRule, length: Int, globals: Set<Int> = [], padding: Set<Int> = [],
    heads: [Int] = [0]
  ) -> PictureCells {
    let picture = AttentionPicture(
      isGlobal: (0..<length).map(globals.contains),
      isKept: (0..<length).map { !padding.contains($0) })
    return PictureCells(picture.shapes(rule, heads: heads))
  }

  /// By the definition of a band, key by key.
  private func band(
    _ length: Int, oneSided: Int, dilation: Int = 1, isCausal: Bool = false
  ) -> [[Bool]] {
    (0..<length).map { query in
      (0..<length).map { key in
        let distance = key - query
        return distance % dilation == 0 && abs(distance) <= oneSided * dilation
          && (!isCausal || distance <= 0)
      }
    }
  }

  @Test(
    "Every cell of a short sequence is painted when, and only when, its key is seen",
    arguments: [(1, 1, 1), (7, 1, 1), (40, 4, 1), (40, 4, 3), (160, 5, 7), (48, 100, 1)])
  func band(length: Int, oneSided: Int, dilation: Int) {
    for isCausal in [false, true] {
      let rule = SlidingWindow(oneSided: oneSided, dilations: [dilation], isCausal: isCausal)
      let picture = cells(rule, length: length)
      #expect(
        picture.isPainted
          == band(length, oneSided: oneSided, dilation: dilation, isCausal: isCausal))
      // One key a cell: seen or not, nothing between.
      #expect(Set(picture.shades.joined()).subtracting([0]).subtracting([1]).isEmpty)
    }
  }

  @Test("Heads are shown together: what any of them sees")
  func heads() {
    let rule = SlidingWindow(oneSided: 2, dilations: [1, 4, 1])
    let one = band(30, oneSided: 2)
    let other = band(30, oneSided: 2, dilation: 4)
    let union = zip(one, other).map { zip($0, $1).map { $0 || $1 } }
    #expect(cells(rule, length: 30, heads: rule.distinctHeads(of: 3)).isPainted == union)
  }

  @Test("Full attention is one square, in any length", arguments: [1, 3, 160, 161, 1000])
  func full(length: Int) {
    let picture = AttentionPicture(
      isGlobal: Array(repeating: true, count: length),
      isKept: Array(repeating: true, count: length))
    let shapes = picture.shapes(FullWindow(), heads: [0])
    let side = picture.side
    #expect(
      shapes.contains("<path class=\"band\" opacity=\"1\" d=\"M0 0h\(side)v\(side)h-\(side)z\"/>"))
    // No token is global where attention is full.
    #expect(PictureCells(shapes).globals.isEmpty)
  }

  @Test(
    "Cells of a long sequence are as dark as their share of keys that are seen",
    arguments: [(320, 40, 1), (1000, 128, 1), (640, 30, 2), (1601, 100, 1)])
  func long(length: Int, oneSided: Int, dilation: Int) {
    let rule = SlidingWindow(oneSided: oneSided, dilations: [dilation])
    let picture = cells(rule, length: length)
    let side = picture.shades.count
    let perCell = (length + 159) / 160
    #expect(side == (length + perCell - 1) / perCell)
    let mask = band(length, oneSided: oneSided, dilation: dilation)
    for row in 0..<side {
      for column in 0..<side {
        var (seen, all) = (0, 0)
        for query in row * perCell..<min(length, (row + 1) * perCell) {
          for key in column * perCell..<min(length, (column + 1) * perCell) {
            all += 1
            seen += mask[query][key] ? 1 : 0
          }
        }
        let shade = picture.shades[row][column]
        let share = Double(seen) / Double(all)
        // Nothing seen is not painted, all of it is full; between them the share tells, to
        // the nearest of four shades and as far as four queries of a cell know it.
        if seen == 0 { #expect(shade == 0) }
        if seen == all { #expect(shade == 1) }
        if shade > 0 { #expect(abs((shade - 0.4) / 0.6 * 0.75 + 0.25 - share) < 0.45) }
        if share > 0.3 { #expect(shade > 0) }
      }
    }
  }

  @Test("A global token has a row and a column that can be seen, also among thousands")
  func globals() {
    for (length, token) in [(40, 0), (40, 39), (4096, 0), (4096, 2000), (4096, 4095)] {
      let rule = SlidingWindow(oneSided: 4, dilations: [1])
      let found = cells(rule, length: length, globals: [token]).globals
      #expect(found.count == 2)
      for rectangle in found {
        #expect(min(rectangle[2], rectangle[3]) >= 1.2 && max(rectangle[2], rectangle[3]) == 100)
        #expect(rectangle[0] + rectangle[2] <= 100.001 && rectangle[1] + rectangle[3] <= 100.001)
      }
      let place = 100 * Double(token) / Double(length)
      #expect(abs(found[0][0] - place) < 1.3 && abs(found[1][1] - place) < 1.3)
    }
    // Neighbours share one row and one column.
    let rule = SlidingWindow(oneSided: 4, dilations: [1])
    #expect(cells(rule, length: 40, globals: [3, 4, 5, 20]).globals.count == 4)
  }

  @Test("In a causal layer a global token is seen after itself, and sees what is before")
  func causal() {
    let rule = SlidingWindow(oneSided: 4, dilations: [1], isCausal: true)
    let found = cells(rule, length: 50, globals: [10]).globals
    #expect(found == [[20, 20, 2, 80], [0, 20, 22, 2]])
  }

  @Test("Padding is veiled, as a row and a column")
  func padding() {
    let picture = AttentionPicture(
      isGlobal: Array(repeating: false, count: 20), isKept: (0..<20).map { $0 < 15 })
    let shapes = picture.shapes(SlidingWindow(oneSided: 2, dilations: [1]), heads: [0])
    #expect(shapes.contains("<rect class=\"veil\" x=\"75\" width=\"25\" height=\"100\"/>"))
    #expect(shapes.contains("<rect class=\"veil\" y=\"75\" width=\"100\" height=\"25\"/>"))
  }
}
