extension BinaryInteger {
  /// The number with a noun, as in `1 file` and `2 files`.
  ///
  /// - Parameter plural: where it is not the noun with an "s".
  package func counted(_ noun: String, plural: String? = nil) -> String {
    "\(self) " + (self == 1 ? noun : plural ?? noun + "s")
  }
}

extension Int {
  /// A size in decimal units, as in `4.59 MB`.
  package var byteText: String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var value = Double(self)
    var unit = 0
    while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return (unit == 0 ? String(self) : value.rounded3) + " " + units[unit]
  }
}

extension Double {
  /// Text with three significant digits, as in `0.0123`, `451` or `3.81e-07`.
  package var rounded3: String {
    guard isFinite, self != 0 else { return description }
    var exponent = 0
    var scaled = magnitude
    while scaled >= 10 { (scaled, exponent) = (scaled / 10, exponent + 1) }
    while scaled < 1 { (scaled, exponent) = (scaled * 10, exponent - 1) }
    var digits = Int((scaled * 100).rounded())
    if digits == 1000 { (digits, exponent) = (100, exponent + 1) }
    let sign = self < 0 ? "-" : ""
    let text = String(digits)
    switch exponent {
    case -3 ... -1: return sign + "0." + String(repeating: "0", count: -exponent - 1) + text
    case 0, 1:
      return sign + text.prefix(exponent + 1) + "." + text.dropFirst(exponent + 1)
    case 2..<7: return sign + text + String(repeating: "0", count: exponent - 2)
    default:
      let power = String(exponent.magnitude)
      return sign + text.prefix(1) + "." + text.dropFirst() + (exponent < 0 ? "e-" : "e+")
        + (power.count < 2 ? "0" : "") + power
    }
  }
}

/// Two digits for each byte.
package func hexadecimal(_ bytes: some Sequence<UInt8>, separator: String = "") -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
}
