import LFCore
import LFFamilies

/// What every pattern's attention works on, in one layer.
struct AttentionContext: Sendable {
  let configuration: ModelConfiguration
  let inputs: PreparedInputs
  let memory: AttentionMemory
  /// Count their time for the pattern's part.
  let workers: Workers

  /// One of the three projections of a token in local attention, in the order
  /// in which they lie side by side.
  enum Projection: Int {
    case query, key, value
  }

  /// What scores are multiplied by: 1/√D.
  var scale: Float { 1 / Float(configuration.headSize).squareRoot() }

  /// Columns of a head in a matrix of width H.
  func columns(of head: Int) -> Range<Int> {
    let size = configuration.headSize
    return head * size..<(head + 1) * size
  }

  /// One head's part of a projection of one sequence.  [S, D]
  func projected(_ projection: Projection, sequence: Int, head: Int) -> Matrix {
    let start = projection.rawValue * configuration.hiddenSize
    let columns = columns(of: head)
    return memory.projected.rows(rows(of: sequence))
      .columns(start + columns.lowerBound..<start + columns.upperBound)
  }

  /// Rows of a sequence in a matrix of all tokens.
  func rows(of sequence: Int) -> Range<Int> {
    sequence * inputs.length..<(sequence + 1) * inputs.length
  }
}
