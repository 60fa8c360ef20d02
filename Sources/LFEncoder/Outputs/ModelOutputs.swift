/// The outputs of a forward pass, in a fixed order.
public struct ModelOutputs: Sendable, Equatable {
  /// All outputs that were asked for.
  public let tensors: [OutputTensor]

  /// Outputs.
  public init(_ tensors: [OutputTensor]) {
    self.tensors = tensors
  }

  /// The output of that name.
  public subscript(name: String) -> OutputTensor? {
    tensors.first { $0.name == name }
  }
}
