/// A set of characters, as a bracket expression or an escape describes it.
struct ScalarSet: Sendable {
  indirect enum Item: Sendable {
    case range(UInt32, UInt32)
    case property(Property)
    case set(ScalarSet)
  }

  /// What `\s`, `\d`, `\w` and `\p{…}` stand for.
  enum Property: Sendable {
    case whitespace
    case word
    case category(prefix: String)
  }

  private(set) var items: [Item] = []
  private(set) var isNegated = false
  private(set) var ignoresCase = false
  /// Which ASCII characters are in it, once it is finished.
  private var ascii: [Bool] = []

  init(_ items: [Item], isNegated: Bool = false, ignoresCase: Bool = false) {
    self.items = items
    self.isNegated = isNegated
    self.ignoresCase = ignoresCase
    ascii = (0..<128).map { test($0) }
  }

  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    scalar < 128 ? ascii[Int(scalar)] : test(scalar)
  }

  private func test(_ scalar: UInt32) -> Bool {
    var found = hasItem(scalar)
    if !found, ignoresCase {
      found = ScalarSet.cases(scalar).contains { hasItem($0) }
    }
    return found != isNegated
  }

  private func hasItem(_ scalar: UInt32) -> Bool {
    for item in items {
      switch item {
      case .range(let first, let last): if scalar >= first && scalar <= last { return true }
      case .property(let property): if property.contains(scalar) { return true }
      case .set(let set): if set.contains(scalar) { return true }
      }
    }
    return false
  }

  /// The same letter in other cases.
  private static func cases(_ scalar: UInt32) -> [UInt32] {
    guard let value = Unicode.Scalar(scalar) else { return [] }
    var result: [UInt32] = []
    for text in [value.properties.lowercaseMapping, value.properties.uppercaseMapping] {
      let scalars = Array(text.unicodeScalars)
      guard scalars.count == 1 else { continue }
      result.append(scalars[0].value)
      let back = Array(scalars[0].properties.lowercaseMapping.unicodeScalars)
      if back.count == 1 { result.append(back[0].value) }
    }
    return result
  }
}

extension ScalarSet.Property {
  /// The names of general categories that `\p{…}` may hold.
  static let categories: Set<String> = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No",
    "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So",
    "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn",
  ]

  func contains(_ scalar: UInt32) -> Bool {
    switch self {
    case .whitespace: return ScalarClass.isWhitespace(scalar)
    case .word:
      switch scalar {
      // Latin-1 is looked up in a table of its own, which has superscripts and fractions.
      case 0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE: return true
      case 0x200C, 0x200D: return false
      default: return ScalarClass.isWord(scalar)
      }
    case .category(let prefix): return ScalarSet.Property.name(scalar).hasPrefix(prefix)
    }
  }

  private static func name(_ scalar: UInt32) -> String {
    switch ScalarClass.expressionCategory(scalar) {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
