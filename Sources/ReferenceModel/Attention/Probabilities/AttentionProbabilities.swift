import ModelFamilies
import TensorCore

/// Who attends to whom in one layer, and how much: on request, as a dense table.
///
/// The forward pass never holds such a table. This makes it from the same
/// queries and keys, a row of scores at a time, after the layer's attention and
/// before its states are replaced. As in Hugging Face, the row of a padded query
/// is zero in a Longformer and like any other in a RoBERTa.
struct AttentionProbabilities {
  let configuration: ModelConfiguration
  let weights: LayerWeights
  let pattern: AttentionPattern
  let inputs: PreparedInputs
  let memory: AttentionMemory
  let workers: Workers

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
    let length = inputs.length
    let heads = configuration.headCount
    let sequences = inputs.sequences.count
    var found: [Global?] = []
    for sequence in 0..<sequences { found.append(try global(states, sequence)) }
    let globals = found
    var memories: [Matrix] = []
    for _ in 0..<workers.count { memories.append(try Matrix(rows: 1, columns: length + 2)) }
    let scratch = memories  // one for each worker
    let blocks = (length + AttentionBlock.rows - 1) / AttentionBlock.rows
    return OutputTensor(
      name: name, shape: [sequences, heads, length, length],
      rows: sequences * heads * length, columns: length
    ) { table in
      workers.run(sequences * heads * blocks) { task, worker in
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
    let length = inputs.length
    let size = configuration.headSize
    let mask = inputs.sequences[sequence]
    let bias = scratch.columns(0..<length)  // [1, S]
    let maximum = scratch.columns(length..<length + 1)  // [1, 1]
    let sum = scratch.columns(length + 1..<length + 2)  // [1, 1]
    if pattern == .full && mask.keptRange.isEmpty {
      table.fill(1 / Float(length))  // see `FullAttention`
      return
    }
    let scale = 1 / Float(size).squareRoot()
    if pattern == .full || mask.hasLocal {
      func part(_ index: Int) -> Matrix {
        memory.part(index, sequence: sequence, length: length, head: head, size: size)  // [S, D]
      }
      MatrixMultiplication.multiply(
        part(0).rows(queries), transposed: part(1), into: table, scale: scale)
    }
    let visible = VisibleKeys(pattern: pattern, mask: mask)
    for (index, query) in queries.enumerated() {
      let row = table.rows(index..<index + 1)  // [1, S]
      guard visible.write(query: query, head: head, into: bias) else {
        row.fill(0)
        continue
      }
      if let global, mask.isGlobal[query] {
        let place = mask.globals(through: query) - 1
        let columns = head * size..<(head + 1) * size
        MatrixMultiplication.multiply(
          global.queries.rows(place..<place + 1).columns(columns),
          transposed: global.keys.columns(columns), into: row, scale: scale)
      }
      Kernels.softmax(
        row, head: length, first: 0, width: 0, limits: nil, bias: bias, maxima: maximum,
        sums: sum)
      Kernels.divideRows(row, by: sum)
    }
  }

  /// Projections of a sequence for its global tokens; nil when it has none.
  private func global(_ states: Matrix, _ sequence: Int) throws(LFError) -> Global? {
    let mask = inputs.sequences[sequence]
    guard let query = weights.globalQuery, let key = weights.globalKey, !mask.globals.isEmpty
    else { return nil }
    let start = sequence * inputs.length
    let states = states.rows(start..<start + inputs.length)  // [S, H]
    return Global(
      queries: try query.applied(to: try states.gathered(mask.globals), workers),
      keys: try key.applied(to: states, workers))
  }
}
