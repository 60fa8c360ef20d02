import LFCore

extension ElementType {
  /// PyTorch's name of a floating-point type, as configurations use it.
  var torchName: String {
    switch self {
    case .f64: "float64"
    case .f16: "float16"
    case .bf16: "bfloat16"
    default: "float32"
    }
  }
}
