import CKernels
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
    _ = try find(
      slot.name,
      slot.isVector ? [slot.target.columns] : [slot.target.rows, slot.target.columns])
  }

  /// Checks a matrix that is read in parts.
  func check(_ name: TensorName, rows: Int, columns: Int) throws(LFError) {
    _ = try find(name, [rows, columns])
  }

  /// Fills the memory of every slot, several at a time.
  func read(_ slots: [WeightSlot], workers: Workers) throws(LFError) {
    let failures = FirstFailure()
    workers.run(slots.count) { task, _ in
      guard !failures.hasFailed else { return }
      do throws(LFError) {
        let slot = slots[task]
        try check(slot)
        guard let index = indices[slot.name] else { return }
        try read(index, element: 0, into: slot.target)
      } catch { failures.record(error) }
    }
    try failures.check()
  }

  /// Reads a block of rows. target [rows, columns].
  func read(_ name: TensorName, rows: Range<Int>, into target: Matrix) throws(LFError) {
    precondition(rows.count == target.rows)
    guard let index = indices[name] else { throw missing(name) }
    try read(index, element: rows.lowerBound * target.columns, into: target)
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
    let window = max(1, (1 << 17) / max(1, target.columns))
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
    let block = 1 << 17  // elements
    var staging = [UInt8](repeating: 0, count: min(count, block) * type.byteCount)
    for start in stride(from: 0, to: count, by: block) {
      let part = min(block, count - start)
      do {
        var span = staging.mutableSpan
        var bytes = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
        try bytes.withSlice(0..<part * type.byteCount) { (slice) throws(LFError) in
          try source.read(index, at: offset + start * type.byteCount, into: &slice)
        }
      }
      unsafe staging.withUnsafeBytes { raw in
        let out = unsafe target.pointer + start
        // Array storage is aligned to 16 bytes.
        switch type {
        case .f16:
          unsafe lf_from_f16(out, raw.baseAddress!.assumingMemoryBound(to: UInt16.self), part)
        case .bf16:
          unsafe lf_from_bf16(out, raw.baseAddress!.assumingMemoryBound(to: UInt16.self), part)
        case .f64:
          unsafe lf_from_f64(out, raw.baseAddress!.assumingMemoryBound(to: Double.self), part)
        default: preconditionFailure("not a float type")
        }
      }
    }
  }
}

/// A tensor by name, and the memory that receives it.
struct WeightSlot: Sendable {
  let name: TensorName
  let target: Matrix
  /// Whether the tensor is a vector [n] rather than a matrix [m, n].
  let isVector: Bool

  init(name: TensorName, target: Matrix, isVector: Bool = false) {
    self.name = name
    self.target = target
    self.isVector = isVector
  }
}
