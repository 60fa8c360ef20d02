import LFCore

extension ElementType {
  /// The type's number in chunk records and in the index.
  var code: UInt8 {
    switch self {
    case .f64: 1
    case .f32: 2
    case .f16: 3
    case .bf16: 4
    case .i64: 5
    case .i32: 6
    case .i16: 7
    case .i8: 8
    case .u64: 9
    case .u32: 10
    case .u16: 11
    case .u8: 12
    case .bool: 13
    }
  }

  /// The type with a number; nil for numbers that this version does not know.
  init?(code: some BinaryInteger) {
    switch code {
    case 1: self = .f64
    case 2: self = .f32
    case 3: self = .f16
    case 4: self = .bf16
    case 5: self = .i64
    case 6: self = .i32
    case 7: self = .i16
    case 8: self = .i8
    case 9: self = .u64
    case 10: self = .u32
    case 11: self = .u16
    case 12: self = .u8
    case 13: self = .bool
    default: return nil
    }
  }
}
