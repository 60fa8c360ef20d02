import LFCore

/// Reads a regular expression and writes its code.
struct RegularExpressionParser {
  private let scalars: [UInt32]
  private var index = 0
  private var depth = 0
  private var ignoresCase = false
  private var sets: [ScalarSet] = []

  /// Deepest nesting of groups.
  private static let depthLimit = 32

  /// Code that stands for itself wherever it is put: targets are relative.
  private struct Fragment {
    var code: [RegularExpression.Instruction] = []
    var canBeEmpty = true
    /// Whether it is exactly one character.
    var isSingle = false
  }

  /// - Throws: `tokenizer.regex` for what is not known, with its place.
  static func parse(_ source: String) throws(LFError) -> RegularExpression {
    var parser = RegularExpressionParser(scalars: source.unicodeScalars.map(\.value))
    let fragment = try parser.alternatives()
    guard parser.index == parser.scalars.count else { throw parser.fail("the end") }
    var result = RegularExpression()
    result.code = fragment.code + [.match]
    for place in result.code.indices { result.code[place].shift(by: place) }
    result.sets = parser.sets
    return result
  }

  private init(scalars: [UInt32]) { self.scalars = scalars }

  private var peek: UInt32? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = text.unicodeScalars.map(\.value)
    guard index + wanted.count <= scalars.count,
      scalars[index..<index + wanted.count].elementsEqual(wanted)
    else { return false }
    index += wanted.count
    return true
  }

  private func fail(_ expected: String) -> LFError {
    let rest = scalars[min(index, scalars.count)...].prefix(12).compactMap(Unicode.Scalar.init)
    var text = ""
    text.unicodeScalars.append(contentsOf: rest)
    return .unsupported(
      "tokenizer.regex",
      "expected \(expected), found \"\(printable(text))\" at character \(index) of the expression")
  }

  private mutating func alternatives() throws(LFError) -> Fragment {
    var result = try sequence()
    guard take("|") else { return result }
    let rest = try alternatives(rest: ())
    var code: [RegularExpression.Instruction] = [.split(first: 1, second: result.code.count + 2)]
    code += result.code
    code.append(.jump(rest.code.count + 1))
    code += rest.code
    result = Fragment(code: code, canBeEmpty: result.canBeEmpty || rest.canBeEmpty)
    return try checked(result)
  }

  /// The alternatives behind the first, without recursion over their number.
  private mutating func alternatives(rest: Void) throws(LFError) -> Fragment {
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    var result = parts.removeLast()
    for part in parts.reversed() {
      var code: [RegularExpression.Instruction] = [.split(first: 1, second: part.code.count + 2)]
      code += part.code
      code.append(.jump(result.code.count + 1))
      code += result.code
      result = try checked(
        Fragment(code: code, canBeEmpty: result.canBeEmpty || part.canBeEmpty))
    }
    return result
  }

  private mutating func sequence() throws(LFError) -> Fragment {
    var result = Fragment()
    var count = 0
    while let next = peek, next != UInt32(ascii: "|"), next != UInt32(ascii: ")") {
      let part = try repeated(try atom())
      result.code += part.code
      result.canBeEmpty = result.canBeEmpty && part.canBeEmpty
      result.isSingle = count == 0 && part.isSingle
      count += 1
      result = try checked(result)
    }
    return result
  }

  private func checked(_ fragment: Fragment) throws(LFError) -> Fragment {
    guard fragment.code.count < RegularExpression.limit else {
      throw .unsupported(
        "tokenizer.regex", "the expression has more than \(RegularExpression.limit) steps")
    }
    return fragment
  }

  // MARK: Repetition

  private mutating func repeated(_ atom: Fragment) throws(LFError) -> Fragment {
    var result = atom
    while let (least, most, isCounted) = try bounds() {
      let isLazy = take("?")
      let isPossessive = !isLazy && !isCounted && take("+")
      result = try repeated(result, least, most, isLazy: isLazy)
      if isPossessive { result.code = [.mark] + result.code + [.cut] }
    }
    return result
  }

  private mutating func bounds() throws(LFError) -> (Int, Int?, Bool)? {
    if take("*") { return (0, nil, false) }
    if take("+") { return (1, nil, false) }
    if take("?") { return (0, 1, false) }
    guard peek == UInt32(ascii: "{") else { return nil }
    let start = index
    index += 1
    let least = number()
    var most = least
    if take(",") { most = number() }
    let isOpen = index > start + 1 && scalars[index - 1] == UInt32(ascii: ",")
    guard take("}"), least != nil || most != nil, (least ?? 0) <= (most ?? Int.max) else {
      index = start
      throw fail("a repetition like {2,3}")
    }
    return (least ?? 0, isOpen ? nil : most, true)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = peek, digit >= 0x30, digit <= 0x39 {
      value = min((value ?? 0) * 10 + Int(digit - 0x30), RegularExpression.limit)
      index += 1
    }
    return value
  }

  private func repeated(
    _ body: Fragment, _ least: Int, _ most: Int?, isLazy: Bool
  ) throws(LFError) -> Fragment {
    guard most != nil || !body.canBeEmpty else {
      throw .unsupported("tokenizer.regex", "an expression that may be empty is repeated")
    }
    guard (most ?? least) * max(1, body.code.count) < RegularExpression.limit else {
      throw .unsupported(
        "tokenizer.regex", "the expression has more than \(RegularExpression.limit) steps")
    }
    func fork(_ over: Int) -> RegularExpression.Instruction {
      isLazy ? .split(first: over, second: 1) : .split(first: 1, second: over)
    }
    var code: [RegularExpression.Instruction] = []
    for _ in 0..<least { code += body.code }
    if let most {
      let each = body.code.count + 1
      for left in stride(from: most - least, to: 0, by: -1) {
        code.append(fork(left * each))
        code += body.code
      }
    } else {
      code.append(fork(body.code.count + 2))
      code += body.code
      code.append(.jump(-body.code.count - 1))
    }
    return Fragment(
      code: code, canBeEmpty: least == 0 || body.canBeEmpty,
      isSingle: least == 1 && most == 1 && body.isSingle)
  }

  // MARK: Atoms

  private mutating func atom() throws(LFError) -> Fragment {
    if take("(") { return try group() }
    if take("[") { return one(try bracket()) }
    if take("^") { return Fragment(code: [.lineStart]) }
    if take("$") { return Fragment(code: [.lineEnd]) }
    if take(".") { return one(ScalarSet([.range(0x0A, 0x0A)], isNegated: true)) }
    if take("\\") {
      if take("A") { return Fragment(code: [.textStart]) }
      if take("z") { return Fragment(code: [.textEnd]) }
      if take("b") { return Fragment(code: [.wordBoundary(true)]) }
      if take("B") { return Fragment(code: [.wordBoundary(false)]) }
      return one(ScalarSet([try escape()], ignoresCase: ignoresCase))
    }
    guard let scalar = peek, !"*+?{".unicodeScalars.contains(where: { $0.value == scalar }) else {
      throw fail("something to match")
    }
    index += 1
    return one(ScalarSet([.range(scalar, scalar)], ignoresCase: ignoresCase))
  }

  private mutating func one(_ set: ScalarSet) -> Fragment {
    sets.append(set)
    return Fragment(code: [.set(sets.count - 1)], canBeEmpty: false, isSingle: true)
  }

  private mutating func group() throws(LFError) -> Fragment {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw fail("less nesting") }
    let outer = ignoresCase
    defer { ignoresCase = outer }
    var look: (isAhead: Bool, isNegated: Bool)?
    var isAtomic = false
    if take("?") {
      if take("i:") {
        ignoresCase = true
      } else if take("=") {
        look = (true, false)
      } else if take("!") {
        look = (true, true)
      } else if take("<=") {
        look = (false, false)
      } else if take("<!") {
        look = (false, true)
      } else if take(">") {
        isAtomic = true
      } else if !take(":") {
        throw fail("a group like (?:…), (?i:…), (?=…), (?!…), (?<=…), (?<!…) or (?>…)")
      }
    }
    var body = try alternatives()
    guard take(")") else { throw fail("')'") }
    if let look {
      guard look.isAhead || body.isSingle else {
        throw fail("a single character to look back for")
      }
      let end = body.code.count + 2
      body.code =
        [.look(end: end, isAhead: look.isAhead, isNegated: look.isNegated)] + body.code + [.match]
      body.canBeEmpty = true
      body.isSingle = false
    } else if isAtomic {
      body.code = [.mark] + body.code + [.cut]
    }
    return body
  }

  private mutating func bracket() throws(LFError) -> ScalarSet {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw fail("less nesting") }
    let isNegated = take("^")
    var items: [ScalarSet.Item] = []
    while let scalar = peek, scalar != UInt32(ascii: "]") {
      if take("[") {
        guard peek != UInt32(ascii: ":") else { throw fail("no named set") }
        items.append(.set(try bracket()))
        continue
      }
      guard !take("&&") else { throw fail("no intersection of sets") }
      let first = try member()
      guard case .range(let low, _) = first, peek == UInt32(ascii: "-"),
        index + 1 < scalars.count, scalars[index + 1] != UInt32(ascii: "]")
      else {
        items.append(first)
        continue
      }
      index += 1
      guard case .range(let high, _) = try member(), low <= high else {
        throw fail("a range that goes up")
      }
      items.append(.range(low, high))
    }
    guard !items.isEmpty, take("]") else { throw fail("']'") }
    return ScalarSet(items, isNegated: isNegated, ignoresCase: ignoresCase)
  }

  private mutating func member() throws(LFError) -> ScalarSet.Item {
    if take("\\") { return try escape() }
    guard let scalar = peek else { throw fail("']'") }
    index += 1
    return .range(scalar, scalar)
  }

  /// What follows a backslash.
  private mutating func escape() throws(LFError) -> ScalarSet.Item {
    guard let scalar = peek, let character = Unicode.Scalar(scalar) else {
      throw fail("an escape")
    }
    index += 1
    func negated(_ property: ScalarSet.Property) -> ScalarSet.Item {
      .set(ScalarSet([.property(property)], isNegated: true))
    }
    switch character {
    case "s": return .property(.whitespace)
    case "S": return negated(.whitespace)
    case "d": return .property(.category(prefix: "Nd"))
    case "D": return negated(.category(prefix: "Nd"))
    case "w": return .property(.word)
    case "W": return negated(.word)
    case "n": return .range(0x0A, 0x0A)
    case "r": return .range(0x0D, 0x0D)
    case "t": return .range(0x09, 0x09)
    case "f": return .range(0x0C, 0x0C)
    case "v": return .range(0x0B, 0x0B)
    case "p", "P": return try property(isNegated: character == "P")
    case "x", "u": return try hexadecimal(character == "u")
    default:
      let isPlain = scalar < 0x80 && !ScalarClass.isLetter(scalar) && !ScalarClass.isNumeric(scalar)
      guard isPlain else {
        index -= 1
        throw fail("a known escape")
      }
      return .range(scalar, scalar)
    }
  }

  private mutating func property(isNegated: Bool) throws(LFError) -> ScalarSet.Item {
    let start = index
    guard take("{") else { throw fail("'{'") }
    let inverts = take("^") != isNegated
    var name = ""
    while let scalar = peek, scalar != UInt32(ascii: "}"), let value = Unicode.Scalar(scalar) {
      name.unicodeScalars.append(value)
      index += 1
    }
    guard take("}"), ScalarSet.Property.categories.contains(name) else {
      index = start
      throw fail("a general category like {L} or {Nd}")
    }
    let set = ScalarSet([.property(.category(prefix: name))], isNegated: inverts)
    return .set(set)
  }

  private mutating func hexadecimal(_ isLong: Bool) throws(LFError) -> ScalarSet.Item {
    let start = index
    let isBraced = !isLong && take("{")
    var value: UInt32 = 0
    var digits = 0
    while digits < (isBraced ? 6 : isLong ? 4 : 2), let scalar = peek,
      let digit = Unicode.Scalar(scalar).flatMap({ Character($0).hexDigitValue })
    {
      value = value << 4 | UInt32(digit)
      digits += 1
      index += 1
    }
    guard digits > 0, !isBraced || take("}"), Unicode.Scalar(value) != nil else {
      index = start
      throw fail("hexadecimal digits")
    }
    return .range(value, value)
  }
}

extension RegularExpression.Instruction {
  /// Makes relative targets absolute.
  fileprivate mutating func shift(by place: Int) {
    switch self {
    case .split(let first, let second):
      self = .split(first: first + place, second: second + place)
    case .jump(let target): self = .jump(target + place)
    case .look(let end, let isAhead, let isNegated):
      self = .look(end: end + place, isAhead: isAhead, isNegated: isNegated)
    default: break
    }
  }
}

extension UInt32 {
  /// The value of an ASCII character.
  fileprivate init(ascii: Unicode.Scalar) { self = ascii.value }
}
