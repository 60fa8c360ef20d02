import LFCore

/// Reads tensors by canonical name, as float32, whatever float type they have.
struct WeightReader: Sendable {
  private let source: any TensorSource
  private let indices: [TensorName: Int]

  init(source: any TensorSource) {
    self.source = source
    indices = Dictionary(
      source.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether there is a tensor of that name.
  func has(_ name: TensorName) -> Bool { indices[name] != nil }

  /// Checks that a tensor is there and fits its memory, without reading it.
  ///
  /// - Throws: `weights.missing`, `weights.type`, `weights.shape`.
  func check(_ slot: WeightSlot) throws(LFError) {
    _ = try find(slot.name, slot.target.dimensions)
  }

  /// Checks a matrix that is read in parts.
  func check(_ name: TensorName, rows: Int, columns: Int) throws(LFError) {
    _ = try find(name, [rows, columns])
  }

  /// Fills the memory of every slot, several at a time.
  func read(_ slots: [WeightSlot], workers: Workers) throws(LFError) {
    try ParallelTasks(threads: workers.count).run(slots.count) { (task) throws(LFError) in
      let slot = slots[task]
      let index = try find(slot.name, slot.target.dimensions)
      switch slot.target {
      case .vector(let vector): try read(index, element: 0, into: vector)
      case .plain(let matrix): try read(index, element: 0, into: matrix)
      case .packed(let matrix, let rows): try pack(index, into: matrix, rows)
      }
    }
  }

  /// Reads a block of rows. target [rows, columns].
  func read(_ name: TensorName, rows: Range<Int>, into target: Matrix) throws(LFError) {
    precondition(rows.count == target.rows)
    try read(name, element: rows.lowerBound * target.columns, into: target)
  }

  /// Reads elements of a tensor that was checked. target: as many.
  func read(_ name: TensorName, element: Int, into target: Matrix) throws(LFError) {
    guard let index = indices[name] else { throw missing(name) }
    try read(index, element: element, into: target)
  }

  /// Reads some rows of a table, neighbours together.
  ///
  /// - Parameters:
  ///   - rows: ascending, without repetition.
  ///   - target: [rows.count, columns].
  func gather(_ name: TensorName, rows: [Int], into target: Matrix) throws(LFError) {
    precondition(rows.count == target.rows)
    // Containers decode whole chunks, so that two needed rows in one window
    // are better read with what lies between them.
    let window = max(1, Self.pieceElements / max(1, target.columns))
    let scratch = try Matrix(rows: window, columns: target.columns)  // [window, columns]
    var next = 0
    while next < rows.count {
      let first = rows[next]
      var end = next
      while end < rows.count, rows[end] < first + window { end += 1 }
      let block = scratch.rows(0..<rows[end - 1] - first + 1)  // [≤ window, columns]
      try read(name, rows: first..<first + block.rows, into: block)
      for index in next..<end {
        let row = rows[index] - first
        target.rows(index..<index + 1).copy(block.rows(row..<row + 1))
      }
      next = end
    }
  }

  private func find(_ name: TensorName, _ dimensions: [Int]) throws(LFError) -> Int {
    guard let index = indices[name] else { throw missing(name) }
    let tensor = source.tensors[index]
    guard tensor.elementType.isFloatingPoint else {
      throw .refused(
        "weights.type", at: .init(entry: name.text), expected: "F64, F32, F16 or BF16",
        found: tensor.elementType.rawValue)
    }
    guard tensor.shape.dimensions == dimensions else {
      throw .refused(
        "weights.shape", at: .init(entry: name.text), expected: "a tensor of shape \(dimensions)",
        found: tensor.shape.description)
    }
    return index
  }

  private func missing(_ name: TensorName) -> LFError {
    .refused(
      "weights.missing", at: .init(entry: name.text), expected: "this tensor",
      found: "\(source.tensors.count) others")
  }

  /// Reads `target.rows × target.columns` elements from `element` on.
  private func read(_ index: Int, element: Int, into target: Matrix) throws(LFError) {
    precondition(target.stride == target.columns || target.rows <= 1)
    let type = source.tensors[index].elementType
    let count = target.rows * target.columns
    guard count > 0 else { return }
    let offset = element * type.byteCount
    if type == .f32 {
      // The view has checked that this many floats lie behind the pointer, and
      // every byte pattern is a float.
      let bytes = unsafe UnsafeMutableRawBufferPointer(
        start: target.pointer, count: count * type.byteCount)
      var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
      try source.read(index, at: offset, into: &span)
      return
    }
    try unsafe pieces(index, from: element, count: count) { start, part, raw in
      // The view has room for the part's floats, which are all that is written.
      let out = unsafe UnsafeMutableBufferPointer(start: target.pointer + start, count: part)
      var floats = unsafe MutableSpan(_unsafeElements: out)
      ElementDecoder.decode(
        unsafe RawSpan(_unsafeStart: raw, byteCount: part * type.byteCount), type, into: &floats)
    }
  }

  /// Packs a tensor [rows.count, k] while it is decoded.
  private func pack(
    _ index: Int, into matrix: PackedMatrix, _ rows: Range<Int>
  ) throws(LFError) {
    let type = source.tensors[index].elementType
    try unsafe pieces(index, from: 0, count: rows.count * matrix.columns) { start, part, raw in
      unsafe matrix.pack(rows, from: start, count: part, raw, type)
    }
  }

  /// Elements that are read at a time: as many as a container keeps in a chunk,
  /// so that each is decoded once and packed from the cache.
  static let pieceElements = 1 << 17

  /// Reads a tensor's elements piece by piece.
  ///
  /// - Parameter body: gets the number of the piece's first element, counted from
  ///   `element`, how many there are, and their bytes.
  private func pieces(
    _ index: Int, from element: Int, count: Int,
    _ body: (_ start: Int, _ count: Int, _ bytes: UnsafeRawPointer) -> Void
  ) throws(LFError) {
    let size = source.tensors[index].elementType.byteCount
    var staging = [UInt8](repeating: 0, count: min(count, Self.pieceElements) * size)
    for start in stride(from: 0, to: count, by: Self.pieceElements) {
      let part = min(Self.pieceElements, count - start)
      do {
        var span = staging.mutableSpan
        var bytes = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
        try bytes.withSlice(0..<part * size) { (slice) throws(LFError) in
          try source.read(index, at: (element + start) * size, into: &slice)
        }
      }
      unsafe staging.withUnsafeBytes { raw in
        if let address = raw.baseAddress { unsafe body(start, part, address) }
      }
    }
  }
}

/// A tensor by name, and the memory that receives it.
struct WeightSlot: Sendable {
  let name: TensorName
  let target: Target

  /// The memory, in the form that its users read.
  enum Target: Sendable {
    /// [n], as [1, n].
    case vector(Matrix)
    /// [m, n].
    case plain(Matrix)
    /// [rows.count, k], some rows of a packed matrix.
    case packed(PackedMatrix, rows: Range<Int>)

    /// Dimensions of the tensor that belongs there.
    var dimensions: [Int] {
      switch self {
      case .vector(let vector): [vector.columns]
      case .plain(let matrix): [matrix.rows, matrix.columns]
      case .packed(let matrix, let rows): [rows.count, matrix.columns]
      }
    }
  }

  init(_ name: TensorName, _ target: Target) {
    self.name = name
    self.target = target
  }

  /// The two tensors of a linear layer, or of a block of its outputs.
  static func linear(_ name: String, _ linear: LinearWeights, rows: Range<Int>? = nil) -> [Self] {
    let rows = rows ?? 0..<linear.weight.rows
    return [
      Self(TensorName(name + ".weight"), .packed(linear.weight, rows: rows)),
      Self(TensorName(name + ".bias"), .vector(linear.bias.columns(rows))),
    ]
  }

  /// The two tensors of a LayerNorm.
  static func norm(_ name: String, _ norm: NormWeights) -> [Self] {
    [
      Self(TensorName(name + ".weight"), .vector(norm.gain)),
      Self(TensorName(name + ".bias"), .vector(norm.shift)),
    ]
  }
}
