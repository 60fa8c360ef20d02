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
