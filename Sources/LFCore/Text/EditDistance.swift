/// How many bytes two names differ by: insertions, deletions and replacements
/// (Levenshtein). Takes time in proportion to the product of their lengths, which
/// the caller bounds.
package func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
      diagonal = row[j + 1]
      row[j + 1] = next
    }
  }
  return row[right.count]
}

/// The name that a mistyped one most likely stands for: the nearest by edits, or
/// the only one that begins so; nil when none is near.
package func nearestName(to name: String, among names: [String]) -> String? {
  // No name that a person typed is longer.
  let bytes = Array(name.lowercased().utf8.prefix(128))
  guard !bytes.isEmpty else { return nil }
  let distances = names.map { ($0, editDistance(bytes, Array($0.lowercased().utf8.prefix(128)))) }
  if let near = distances.min(by: { $0.1 < $1.1 }),
    near.1 <= max(bytes.count < 4 ? 1 : 2, min(bytes.count, 12) / 3)
  {
    return near.0
  }
  let longer = names.filter { $0.lowercased().utf8.starts(with: bytes) }
  return longer.count == 1 ? longer[0] : nil
}
