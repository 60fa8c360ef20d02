extension Double {
  /// Decimal logarithm, exact enough to draw; the standard library alone has
  /// none.
  var logarithm10: Double {
    guard self > 0, isFinite else { return self == .infinity ? .infinity : -.infinity }
    // ln m = 2·artanh((m − 1)/(m + 1)), with m from 1 to 2.
    let ratio = (significand - 1) / (significand + 1)
    var term = ratio
    var sum = 0.0
    for odd in stride(from: 1.0, to: 30, by: 2) {
      sum += term / odd
      term *= ratio * ratio
    }
    return (2 * sum + Double(exponent) * 0.693_147_180_559_945_3) / 2.302_585_092_994_046
  }
}
