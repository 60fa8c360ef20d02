import LFCore

/// Bounds of a container that depend on its size.
enum LFZLimits {
  /// Most bytes of tensors and files, repetitions counted, that a file of a
  /// size may stand for.
  static func logicalBytes(fileByteCount: Int, _ limits: Limits) -> Int {
    let (product, overflow) = fileByteCount.multipliedReportingOverflow(by: limits.expansionRatio)
    let (sum, overflow2) = product.addingReportingOverflow(limits.expansionSlack)
    return overflow || overflow2 ? .max : sum
  }
}
