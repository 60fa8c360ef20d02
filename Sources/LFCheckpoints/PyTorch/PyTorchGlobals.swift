import LFCore

/// The classes and functions of PyTorch's pickles, by what they mean here.
enum PyTorchGlobals {
  static let orderedDictionary = "collections.OrderedDict"

  /// Dictionaries by other names; what they hold is in the record's pairs.
  static let dictionaries: Set<String> = [orderedDictionary, "collections.defaultdict"]

  /// How the arguments of a function describe a tensor.
  enum TensorFunction {
    /// Storage, offset, size, stride, and what does not matter here.
    case view
    /// The same with the element type in seventh place.
    case typedView
    /// A tensor in first place.
    case parameter
    /// Function, class, arguments and state.
    case subclass
  }

  static let tensorFunctions: [String: TensorFunction] = [
    "torch._utils._rebuild_tensor": .view,
    "torch._utils._rebuild_tensor_v2": .view,
    "torch._utils._rebuild_tensor_v3": .typedView,
    "torch._utils._rebuild_parameter": .parameter,
    "torch._utils._rebuild_parameter_with_state": .parameter,
    "torch._tensor._rebuild_from_type_v2": .subclass,
  ]

  /// Tensor classes that change nothing about the values.
  static let plainTensorClasses: Set<String> = [
    "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.Parameter",
    "torch.nn.parameter.Buffer",
  ]

  /// Functions that make a tensor of a kind this tool does not read.
  static let foreignTensors: [String: String] = [
    "torch._utils._rebuild_sparse_tensor": "sparse",
    "torch._utils._rebuild_sparse_csr_tensor": "sparse",
    "torch._utils._rebuild_qtensor": "quantised",
    "torch._utils._rebuild_nested_tensor": "nested",
    "torch._utils._rebuild_meta_tensor_no_storage": "meta",
    "torch._utils._rebuild_wrapper_subclass": "wrapper subclass",
    "torch._utils._rebuild_device_tensor_from_numpy": "device",
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": "device",
    "torch._utils._rebuild_xla_tensor": "XLA",
    "torch._utils._rebuild_mlc_tensor": "MLC",
    "torch._tensor._rebuild_from_type": "subclass",
    "torch.storage._load_from_bytes": "separately pickled",
    "torch.jit._pickle.restore_type_tag": "TorchScript",
  ]

  private static let elementTypes: [String: ElementType] = [
    "float64": .f64, "double": .f64, "float32": .f32, "float": .f32, "float16": .f16,
    "half": .f16, "bfloat16": .bf16, "int64": .i64, "long": .i64, "int32": .i32, "int": .i32,
    "int16": .i16, "short": .i16, "int8": .i8, "uint64": .u64, "uint32": .u32, "uint16": .u16,
    "uint8": .u8, "bool": .bool,
  ]

  /// The element type of a global such as `torch.float32`.
  static func elementType(_ global: String) -> ElementType? {
    global.hasPrefix("torch.") ? elementTypes[String(global.dropFirst("torch.".count))] : nil
  }

  /// Globals that a plain state dictionary may hold beside tensors.
  static let inert: Set<String> = dictionaries.union(["torch.Size", "torch.device"])

  /// Globals that need no mention.
  static let known: Set<String> = inert.union(tensorFunctions.keys).union(plainTensorClasses)
}
