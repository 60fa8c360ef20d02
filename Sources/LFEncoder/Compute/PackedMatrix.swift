import CKernels
import LFCore

/// Weights [n, k] in the order in which the kernels read them: panels of 16
/// rows, each column of a panel together.
///
/// It takes the place of the plain matrix; weights are packed while they are
/// decoded.
struct PackedMatrix: Sendable {
  private let buffer: FloatBuffer
  /// n: outputs of a linear layer.
  let rows: Int
  /// k: its inputs.
  let columns: Int
  /// How the sums of a product with it are cut, which depends on its sizes
  /// alone; see `lf_depth`.
  let depth: Int

  /// Panels begin at multiples of so many rows.
  static let panel = Int(lf_panel)

  /// Memory for weights, not filled.
  ///
  /// - Parameter depth: where these are no layer of their own: that of the layer
  ///   they are a part of, or of scores, which must not depend on the length.
  init(rows: Int, columns: Int, depth: Int? = nil) throws(LFError) {
    let (count, overflow) = (rows + Self.panel).multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, count < 1 << 60 else {
      throw LFError(
        .io, "memory.exhausted", "no memory for \(rows) rows of \(columns.counted("weight"))")
    }
    buffer = try FloatBuffer(count: lf_packed_count(rows, columns))
    self.rows = rows
    self.columns = columns
    self.depth = depth ?? Self.depth(rows: rows, columns: columns)
  }

  /// How the sums of a layer of these sizes are cut.
  static func depth(rows: Int, columns: Int) -> Int { Int(lf_depth(rows, columns)) }

  /// How the sums of scores are cut: as in the attention kernels.
  static func scoreDepth(_ columns: Int) -> Int { columns <= 16 ? 0 : columns <= 256 ? 32 : 64 }

  /// Address of the first panel, for kernels; valid while the buffer lives.
  @unsafe var pointer: UnsafeMutablePointer<Float> { unsafe buffer.pointer }

  /// Packs consecutive elements of some rows.
  ///
  /// - Parameters:
  ///   - block: the rows that the tensor fills.
  ///   - element: number of the first element, counted over the block.
  ///   - source: `count` elements of a floating-point type.
  func pack(
    _ block: Range<Int>, from element: Int, count: Int, _ source: UnsafeRawPointer,
    _ type: ElementType
  ) {
    precondition(block.lowerBound >= 0 && block.upperBound <= rows)
    precondition(element >= 0 && count >= 0 && element + count <= block.count * columns)
    var done = 0
    while done < count {
      let row = (element + done) / columns
      let column = (element + done) % columns
      // Whole rows together, and the parts of rows at both ends by themselves.
      let isWhole = column == 0 && count - done >= columns
      let rows = isWhole ? (count - done) / columns : 1
      let width = isWhole ? columns : min(columns - column, count - done)
      // The block has been checked; the source holds `count` elements.
      unsafe lf_pack(
        pointer, self.rows, columns, block.lowerBound + row, rows, column, width,
        source + done * type.byteCount, type.kernelType, columns)
      done += rows * width
    }
  }

  /// Packs all rows of a plain array. [rows, columns]
  func pack(_ values: [Float]) {
    precondition(values.count == rows * columns)
    unsafe values.withUnsafeBufferPointer { values in
      // The array holds every element.
      guard let address = values.baseAddress else { return }
      unsafe lf_pack(pointer, rows, columns, 0, rows, 0, columns, address, lf_type_f32, columns)
    }
  }

  /// Packs rows of a plain matrix. [rows.count, columns]
  func pack(_ rows: Range<Int>, _ source: Matrix) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    precondition(source.rows == rows.count && source.columns == columns)
    unsafe lf_pack(
      pointer, self.rows, columns, rows.lowerBound, rows.count, 0, columns, source.pointer,
      lf_type_f32, source.stride)
  }
}

extension ElementType {
  /// What `lf_pack` calls a floating-point type.
  fileprivate var kernelType: lf_type {
    switch self {
    case .f16: lf_type_f16
    case .bf16: lf_type_bf16
    case .f64: lf_type_f64
    default: lf_type_f32
    }
  }
}
