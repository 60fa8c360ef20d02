import LFCore
import LFFamilies

/// Configurations that a fuzzer chooses, beside tensors that are right.
public enum FuzzedConfiguration {
  private static let sets: [[TensorDescriptor]] = {
    let sizes = [
      "vocab_size": 6, "hidden_size": 4, "intermediate_size": 4, "max_position_embeddings": 6,
      "type_vocab_size": 1, "num_labels": 2,
    ]
    var result: [[TensorDescriptor]] = []
    for table in (try? FamilyTable.all()) ?? [] {
      for head in table.heads {
        var tensors: [TensorDescriptor] = []
        for row in table.rows(head: head, layers: 1) where !row.isOptional {
          guard let name = row.name else { continue }
          let shape = row.shape.map { dimension in
            switch dimension {
            case .fixed(let number): number
            case .size(let size): sizes[size.rawValue] ?? 1
            }
          }
          guard let shape = try? TensorShape(shape) else { continue }
          let front = row.isPrefixed ? table.prefixes.first ?? "" : ""
          tensors.append(
            TensorDescriptor(
              name: TensorName(front + name.text), elementType: .f32, shape: shape))
        }
        result.append(tensors)
      }
    }
    return result
  }()

  /// Reads a configuration and plans a conversion by it. The first byte says
  /// for which tensors.
  public static func read(_ bytes: [UInt8]) {
    guard let first = bytes.first, !sets.isEmpty,
      let json = try? JSONParser.parse(Array(bytes.dropFirst())).objectValue
    else { return }
    let tensors = sets[Int(first) % sets.count]
    guard
      let model = try? RecognizedModel(tensors: tensors, configuration: json, origin: "config.json")
    else { return }
    for options in [
      LongformerOptions(attentionWindow: [4], maxPositions: 9),
      LongformerOptions(attentionWindow: [], maxPositions: nil),
    ] {
      _ = try? ConversionPlan(longformerFrom: model, options: options, untied: [])
    }
    _ = try? ConversionPlan(sameArchitecture: model, sourceTensors: tensors)
  }
}
