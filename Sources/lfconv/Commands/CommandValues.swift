import ArgumentParser
import LFContainer
import LFCore

/// Values that need more than one word of the command line.
enum CommandValues {
  /// Numbers separated by commas.
  @Sendable static func numbers(_ text: String) throws -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count else {
      throw ValidationError("\"\(printable(text, limit: 80))\" is no list of whole numbers.")
    }
    return numbers
  }
}

/// Element types a conversion can write.
enum WeightType: String, ExpressibleByArgument, CaseIterable {
  case keep, f32, f16, bf16

  var elementType: ElementType? {
    switch self {
    case .keep: nil
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}

/// How hard a container is compressed.
enum CompressionLevel: String, ExpressibleByArgument, CaseIterable {
  case none, fast, `default`

  var level: LFZCompression {
    switch self {
    case .none: .none
    case .fast: .fast
    case .default: .standard
    }
  }
}
