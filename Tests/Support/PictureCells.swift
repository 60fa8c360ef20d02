import Foundation

/// The cells that a picture of an attention pattern paints, read from its SVG.
public struct PictureCells {
  /// Darkness of each cell, by row and column: 0 where nothing is painted.
  public let shades: [[Double]]
  /// Rows and columns of global tokens, as [x, y, width, height] of 100.
  public let globals: [[Double]]

  /// - Parameter shapes: of one panel.
  public init(_ shapes: String) {
    let scale = shapes.firstMatch(of: /scale\(([0-9.]+)\)/).flatMap { Double($0.1) } ?? 100
    let side = Int((100 / scale).rounded())
    var shades = [[Double]](repeating: [Double](repeating: 0, count: side), count: side)
    for path in shapes.matches(of: /<path class="band" opacity="([0-9.]+)" d="([^"]*)"\/>/) {
      let rectangle = /M([0-9]+) ([0-9]+)h([0-9]+)v([0-9]+)h-([0-9]+)z/
      var length = 0
      for part in path.2.matches(of: rectangle) {
        length += part.0.count
        let numbers = [part.1, part.2, part.3, part.4].compactMap { Int($0) }
        precondition(part.3 == part.5, "a rectangle that does not close")
        for row in numbers[1]..<numbers[1] + numbers[3] {
          for column in numbers[0]..<numbers[0] + numbers[2] {
            precondition(shades[row][column] == 0, "a cell that is painted twice")
            shades[row][column] = Double(path.1) ?? 0
          }
        }
      }
      precondition(length == path.2.count, "a path that holds something else")
    }
    self.shades = shades
    globals = shapes.matches(of: /<rect class="global"([^>]*)\/>/).map { rectangle in
      ["x", "y", "width", "height"].map { name in
        let pattern = try? Regex(" \(name)=\"([0-9.]+)\"")
        let value = pattern.flatMap { rectangle.1.firstMatch(of: $0)?[1].substring }
        return value.flatMap { Double($0) } ?? 0
      }
    }
  }

  /// Whether each cell is painted at all.
  public var isPainted: [[Bool]] { shades.map { $0.map { $0 > 0 } } }
}
