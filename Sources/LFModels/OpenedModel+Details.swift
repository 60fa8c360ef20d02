import LFCore
import LFFamilies

extension OpenedModel {
  /// Tells what was read from where, for `--verbose`.
  func tellDetails() {
    for file in weightFiles {
      DetailLog.tell { "read \(file.path) (\(format), \(file.byteCount.byteText))" }
    }
    if let configurationOrigin { DetailLog.tell { "configuration from \(configurationOrigin)" } }
    if !files.isEmpty {
      DetailLog.tell {
        "files that come with it: "
          + files.map { "\($0.name) (\($0.byteCount.byteText))" }.joined(separator: ", ")
      }
    }
  }

  /// Tells which names stand for which, for `--verbose`: those of the
  /// first layer stand for all layers'.
  func tellNames(_ model: RecognizedModel, _ own: [TensorDescriptor]) {
    DetailLog.tell {
      "names of the family \(model.configuration.family)"
        + (model.prefix.isEmpty ? "" : ", behind \"\(model.prefix)\"")
        + ": \(model.tensors.count.counted("tensor")) mapped"
    }
    for tensor in model.tensors where !Self.isRepeated(tensor.descriptor.name) {
      guard let index = tensor.index, own.indices.contains(index) else {
        DetailLog.tell { "  zeros → \(tensor.descriptor.name)" }
        continue
      }
      DetailLog.tell { "  \(own[index].name) → \(tensor.descriptor.name)" }
    }
    if model.configuration.layerCount > 1 {
      DetailLog.tell { "  and so on in the other layers" }
    }
    for drop in model.dropped where own.indices.contains(drop.index) {
      DetailLog.tell { "  \(own[drop.index].name) is left out: \(drop.reason)" }
    }
    for rest in model.unused where own.indices.contains(rest.index) {
      DetailLog.tell { "  \(own[rest.index].name) is left out: \(rest.reason)" }
    }
  }

  private static func isRepeated(_ canonical: TensorName) -> Bool {
    let layers = "encoder.layer."
    return canonical.hasPrefix(layers) && !canonical.hasPrefix(layers + "0.")
  }
}
