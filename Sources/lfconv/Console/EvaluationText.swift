import LFCore
import LFTools

/// Losses of models as tables: one line a model, then the loss by position.
struct EvaluationText {
  private let results: [ModelEvaluation]

  init(_ results: [ModelEvaluation]) { self.results = results }

  var lines: [String] {
    var lines = TextTable([header] + results.enumerated().map { row($0 + 1, $1) }).lines
    lines.append("")
    lines += results.enumerated().map { "\($0 + 1)  \(printable($1.path)), \($1.attention)" }
    lines.append("")
    lines += TextTable(positions).lines
    return lines
  }

  private var header: [String] {
    ["model", "nats a token", "bits a token"] + (hasText ? ["bits a character"] : [])
      + ["best token", "scored", "tokens", "at once"]
  }

  private var hasText: Bool { results.contains { $0.bitsPerCharacter != nil } }

  private func row(_ number: Int, _ result: ModelEvaluation) -> [String] {
    let character = result.bitsPerCharacter.map(Self.four) ?? "-"
    return ["\(number)", Self.four(result.natsPerToken), Self.four(result.bitsPerToken)]
      + (hasText ? [character] : [])
      + [
        "\((100 * result.top1).rounded3) %", "\(result.scored)", "\(result.tokens)",
        "\(result.length)",
      ]
  }

  /// Nats by position: a column a model, and a bar for each.
  private var positions: [[String]] {
    let ranges = Set(results.flatMap { $0.byPosition.map(\.range) })
      .sorted { $0.lowerBound < $1.lowerBound }
    let most = results.flatMap { $0.byPosition.map(\.natsPerToken) }.filter(\.isFinite).max() ?? 0
    let width = results.count > 2 ? 12 : 24
    var rows = [["positions"] + results.indices.flatMap { ["\($0 + 1)", ""] }]
    for range in ranges {
      var row = ["\(range.lowerBound)–\(range.upperBound - 1)"]
      for result in results {
        let mean = result.byPosition.first { $0.range == range }?.natsPerToken
        row.append(mean.map(Self.four) ?? "-")
        let share = mean.map { $0.isFinite && most > 0 ? $0 / most : 0 } ?? 0
        row.append(String(repeating: "█", count: Int((share * Double(width)).rounded())))
      }
      rows.append(row)
    }
    return rows
  }

  private static func four(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
    let scaled = Int((abs(value) * 10_000).rounded())
    let digits = String(scaled % 10_000)
    let fraction = String(repeating: "0", count: 4 - digits.count) + digits
    return "\(value < 0 ? "-" : "")\(scaled / 10_000).\(fraction)"
  }
}

/// Columns side by side, numbers to the right.
struct TextTable {
  let lines: [String]

  /// - Parameter rows: of equal length; the first is the header.
  init(_ rows: [[String]]) {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let isLeft = (0..<columns).map { column in
      rows.dropFirst().allSatisfy { $0[column].first.map { !$0.isNumber && $0 != "-" } ?? true }
    }
    lines = rows.map { row in
      let cells = (0..<columns).map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return isLeft[column] ? row[column] + space : space + row[column]
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
