/// Puts decomposed characters into canonical order, and composes them again.
///
/// What is written says of each scalar whether it replaces one of the text or
/// is added, as the Rust crate `unicode-normalization-alignments` counts it.
struct CombiningOrder {
  private let form: NormalizationForm
  private let table: DecompositionTable
  /// Marks behind the last starter, with their classes, in the order of the text.
  private var pending: [(scalar: UInt32, change: Int, order: UInt8)] = []
  private var composer: Composer?

  init(_ form: NormalizationForm) {
    self.form = form
    table = form.isCompatibility ? .compatibility : .canonical
    composer = form.composes ? Composer() : nil
  }

  /// Takes the next scalar of the text.
  mutating func put(_ scalar: UInt32, to output: inout Rewriting) {
    if scalar < 0xA0 {
      put(scalar, change: 0, to: &output)
    } else if Hangul.isSyllable(scalar) {
      var change = 0
      Hangul.decompose(scalar) { part in
        put(part, change: change, to: &output)
        change = 1
      }
    } else if let parts = table.parts(of: scalar) {
      var change = 0
      for place in parts {
        put(table.scalars[place], change: change, to: &output)
        change = 1
      }
    } else {
      put(scalar, change: 0, to: &output)
    }
  }

  /// Writes what is left.
  mutating func finish(_ output: inout Rewriting) {
    flush(&output)
    composer?.finish(&output)
  }

  private mutating func put(_ scalar: UInt32, change: Int, to output: inout Rewriting) {
    let order = CombiningClass.of(scalar)
    if order == 0 {
      flush(&output)
      write(scalar, change, 0, &output)
    } else {
      pending.append((scalar, change, order))
    }
  }

  private mutating func flush(_ output: inout Rewriting) {
    guard !pending.isEmpty else { return }
    if pending.count > 1 { CombiningOrder.sort(&pending) }
    for mark in pending { write(mark.scalar, mark.change, mark.order, &output) }
    pending.removeAll(keepingCapacity: true)
  }

  /// Stable, and linear for a long run: there are 255 classes.
  private static func sort(_ marks: inout [(scalar: UInt32, change: Int, order: UInt8)]) {
    if marks.count < 16 {
      for index in 1..<marks.count {
        var place = index
        while place > 0, marks[place - 1].order > marks[place].order {
          marks.swapAt(place - 1, place)
          place -= 1
        }
      }
      return
    }
    var starts = [Int](repeating: 0, count: 257)
    for mark in marks { starts[Int(mark.order) + 1] += 1 }
    for order in 1...256 { starts[order] += starts[order - 1] }
    var sorted = marks
    for mark in marks {
      sorted[starts[Int(mark.order)]] = mark
      starts[Int(mark.order)] += 1
    }
    marks = sorted
  }

  private mutating func write(
    _ scalar: UInt32, _ change: Int, _ order: UInt8, _ output: inout Rewriting
  ) {
    if composer == nil {
      output.put(scalar, change)
    } else {
      composer?.put(scalar, change, order, to: &output)
    }
  }
}

/// Composes a starter with the marks behind it.
private struct Composer {
  private var starter: (scalar: UInt32, change: Int)?
  private var marks: [(scalar: UInt32, change: Int)] = []
  private var lastOrder: UInt8?

  mutating func put(
    _ scalar: UInt32, _ change: Int, _ order: UInt8, to output: inout Rewriting
  ) {
    guard let first = starter else {
      if order == 0 { starter = (scalar, change) } else { output.put(scalar, change) }
      return
    }
    if let last = lastOrder, last >= order {
      // Blocked from the starter.
      if order == 0 {
        finish(&output)
        starter = (scalar, change)
      } else {
        marks.append((scalar, change))
        lastOrder = order
      }
      return
    }
    if let composed = DecompositionTable.composed(first.scalar, scalar) {
      starter = (composed, first.change + change - 1)
    } else if order == 0 {
      finish(&output)
      starter = (scalar, change)
    } else {
      marks.append((scalar, change))
      lastOrder = order
    }
  }

  mutating func finish(_ output: inout Rewriting) {
    if let starter { output.put(starter.scalar, starter.change) }
    for mark in marks { output.put(mark.scalar, mark.change) }
    marks.removeAll(keepingCapacity: true)
    starter = nil
    lastOrder = nil
  }
}

/// One of Unicode's four normalisation forms.
enum NormalizationForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  var isCompatibility: Bool { self == .nfkc || self == .nfkd }
  var composes: Bool { self == .nfc || self == .nfkc }
}

/// Canonical combining classes, as the crate `unicode-normalization-alignments`
/// has them, of Unicode 9.
enum CombiningClass {
  static func of(_ scalar: UInt32) -> UInt8 {
    guard scalar >= 0x300, let value = Unicode.Scalar(scalar) else { return 0 }
    let order = value.properties.canonicalCombiningClass.rawValue
    return order != 0 && ScalarClass.isKnown(scalar, in: 9) ? order : 0
  }
}

/// Korean syllables, which decompose and compose by arithmetic.
enum Hangul {
  private static let syllables: UInt32 = 0xAC00
  private static let leading: UInt32 = 0x1100
  private static let vowels: UInt32 = 0x1161
  private static let trailing: UInt32 = 0x11A7
  private static let vowelCount: UInt32 = 21
  private static let trailingCount: UInt32 = 28
  private static let count: UInt32 = 11172

  static func isSyllable(_ scalar: UInt32) -> Bool {
    scalar >= syllables && scalar < syllables + count
  }

  static func decompose(_ scalar: UInt32, _ body: (UInt32) -> Void) {
    let index = scalar - syllables
    body(leading + index / (vowelCount * trailingCount))
    body(vowels + index % (vowelCount * trailingCount) / trailingCount)
    let last = index % trailingCount
    if last != 0 { body(trailing + last) }
  }

  static func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first >= leading, first < leading + 19, second >= vowels, second < vowels + vowelCount {
      return syllables
        + ((first - leading) * vowelCount + second - vowels) * trailingCount
    }
    if isSyllable(first), (first - syllables) % trailingCount == 0, second > trailing,
      second < trailing + trailingCount
    {
      return first + second - trailing
    }
    return nil
  }
}
