import LFCore
import LFFamilies

/// Who attends to whom in one layer, and how much: on request, as a dense table.
///
/// The forward pass never holds such a table. This makes it from the same
/// queries and keys, a row of scores at a time, after the layer's attention and
/// before its states are replaced. As in Hugging Face, the row of a padded query
/// is zero in a Longformer and like any other in a RoBERTa.
struct AttentionProbabilities {
  let context: AttentionContext
  let weights: LayerWeights
  let rule: any AttentionRule

  /// Queries and keys of a sequence's global tokens.
  private struct Global {
    let queries: Matrix  // [g, H]
    let keys: Matrix  // [S, H]
  }

  /// The table of all sequences and heads, [N, heads, S, S].
  ///
  /// - Parameters:
  ///   - states: [N·S, H], the layer's input.
  ///   - name: of the output.
  func table(_ states: Matrix, name: String) throws(LFError) -> OutputTensor {
    let length = context.inputs.length
    let heads = context.configuration.headCount
    let sequences = context.inputs.sequences.count
    var found: [Global?] = []
    for sequence in 0..<sequences { found.append(try global(states, sequence)) }
    let globals = found
    var memories: [Matrix] = []
    for _ in 0..<context.workers.count { memories.append(try Matrix(rows: 1, columns: length + 2)) }
    let scratch = memories  // one for each worker
    let blocks = (length + AttentionBlock.rows - 1) / AttentionBlock.rows
    return OutputTensor(
      name: name, shape: [sequences, heads, length, length],
      rows: sequences * heads * length, columns: length
    ) { table in
      context.workers.run(sequences * heads * blocks) { task, worker in
        let (head, sequence) = (task / blocks % heads, task / blocks / heads)
        let start = task % blocks * AttentionBlock.rows
        let queries = start..<min(length, start + AttentionBlock.rows)
        let first = (sequence * heads + head) * length
        write(
          table.rows(first + queries.lowerBound..<first + queries.upperBound), queries,
          head: head, sequence: sequence, globals[sequence], scratch[worker])
      }
    }
  }

  /// Writes some rows of one head's table.
  ///
  /// - Parameters:
  ///   - table: [m, S].
  ///   - scratch: [1, S + 2].
  private func write(
    _ table: Matrix, _ queries: Range<Int>, head: Int, sequence: Int, _ global: Global?,
    _ scratch: Matrix
  ) {
    let length = context.inputs.length
    let mask = context.inputs.sequences[sequence]
    let bias = scratch.columns(0..<length)  // [1, S]
    let maximum = scratch.columns(length..<length + 1)  // [1, 1]
    let sum = scratch.columns(length + 1..<length + 2)  // [1, 1]
    if rule.paddedQueries == .attend, mask.keptRange.isEmpty {
      table.fill(1 / Float(length))  // see `PaddedQueries.attend`
      return
    }
    let scale = context.scale
    if mask.hasLocal || rule.paddedQueries == .attend {
      func part(_ projection: AttentionContext.Projection) -> Matrix {
        context.projected(projection, sequence: sequence, head: head)  // [S, D]
      }
      MatrixMultiplication.multiply(
        part(.query).rows(queries), transposed: part(.key), into: table, scale: scale)
    }
    let visible = VisibleKeys(rule: rule, mask: mask)
    for (index, query) in queries.enumerated() {
      let row = table.rows(index..<index + 1)  // [1, S]
      guard visible.write(query: query, head: head, into: bias) else {
        row.fill(0)
        continue
      }
      if let global, mask.isGlobal[query] {
        let place = mask.globals(through: query) - 1
        let columns = context.columns(of: head)
        MatrixMultiplication.multiply(
          global.queries.rows(place..<place + 1).columns(columns),
          transposed: global.keys.columns(columns), into: row, scale: scale)
      }
      Kernels.softmax(
        row, outside: length, first: 0, width: 0, limits: nil, bias: bias, maxima: maximum,
        sums: sum)
      Kernels.divideRows(row, by: sum)
    }
  }

  /// Projections of a sequence for its global tokens; nil when it has none.
  private func global(_ states: Matrix, _ sequence: Int) throws(LFError) -> Global? {
    let mask = context.inputs.sequences[sequence]
    guard let query = weights.globalQuery, let key = weights.globalKey, !mask.globals.isEmpty
    else { return nil }
    let states = states.rows(context.rows(of: sequence))  // [S, H]
    return Global(
      queries: try query.applied(to: try states.gathered(mask.globals), context.workers),
      keys: try key.applied(to: states, context.workers))
  }
}
