import LFContainer
public import LFCore
import LFEncoder
import LFFamilies

extension Inspection {
  /// The object that `--json` prints.
  ///
  /// - Parameter listsTensors: whether every tensor is listed.
  public func json(listsTensors: Bool) -> JSONObject {
    var object = JSONObject([
      ("schema", "lfconv.inspect/1"),
      ("path", .string(path)),
      ("format", .string(format)),
      ("file_bytes", JSONValue(fileBytes)),
      ("raw_bytes", JSONValue(rawBytes)),
      ("tensors", JSONValue(tensors.count)),
      ("parameters", JSONValue(parameterCount)),
    ])
    object["shared_tensors"] = .array(sharedTensors.map { .string($0.name.text) })
    object["model"] = model.map {
      var json = Self.json($0.configuration)
      json["global_projections"] = globalProjections?.json
      return .object(json)
    }
    object["groups"] = model == nil ? nil : .array(groups.map(\.json))
    object["memory"] = memory.map {
      .object(
        JSONObject([
          ("length", JSONValue($0.length)), ("threads", JSONValue($0.threads)),
          ("weight_bytes", JSONValue($0.weights)), ("working_bytes", JSONValue($0.working)),
          ("output_bytes", JSONValue($0.outputs)), ("total_bytes", JSONValue($0.total)),
        ]))
    }
    object["tokenizer"] = .array(tokenizerFiles.map { .string($0) })
    object["problem"] = problem.map {
      .object(JSONObject([("code", .string($0.code)), ("message", .string($0.fullMessage))]))
    }
    object["files"] = .array(
      files.map {
        .object(JSONObject([("name", .string($0.name)), ("bytes", JSONValue($0.byteCount))]))
      })
    object["provenance"] = .array(
      provenance.map {
        .object(JSONObject([("key", .string($0.key)), ("value", .string($0.value))]))
      })
    object["storage"] = storage.map { .object(Self.json($0, storageGroups)) }
    object["notes"] = .array(notes.map { .string($0) })
    if listsTensors {
      object["tensor_list"] = .array(
        tensors.map { tensor in
          .object(
            JSONObject([
              ("name", .string(tensor.name.text)), ("dtype", .string(tensor.elementType.rawValue)),
              ("shape", .array(tensor.shape.dimensions.map { JSONValue($0) })),
              ("bytes", JSONValue(tensor.byteCount)),
            ]))
        })
    }
    return object
  }

  private static func json(
    _ storage: LFZStorageReport, _ groups: [LFZStorageGroup]
  ) -> JSONObject {
    JSONObject([
      ("stored_bytes", JSONValue(storage.storedBytes)),
      ("overhead_bytes", JSONValue(storage.fileBytes - storage.storedBytes)),
      ("saved_by_tiling", JSONValue(storage.savedByTiling)),
      ("saved_by_ties", JSONValue(storage.savedByTies)),
      ("saved_by_equality", JSONValue(storage.savedByEquality)),
      ("saved_by_coding", JSONValue(storage.savedByCoding)),
      (
        "groups",
        .array(
          groups.map {
            .object(
              JSONObject([
                ("name", .string($0.name)), ("tensors", JSONValue($0.tensors)),
                ("raw_bytes", JSONValue($0.rawBytes)), ("stored_bytes", JSONValue($0.storedBytes)),
              ]))
          })
      ),
    ])
  }

  private static func json(_ model: ModelConfiguration) -> JSONObject {
    var object = JSONObject([
      ("family", .string(model.family)),
      ("head", .string(model.head.rawValue)),
      ("architecture", model.json["architectures"]?.arrayValue?.first ?? .null),
      ("vocabulary", JSONValue(model.vocabularySize)),
      ("hidden_size", JSONValue(model.hiddenSize)),
      ("layers", JSONValue(model.layerCount)),
      ("heads", JSONValue(model.headCount)),
      ("intermediate_size", JSONValue(model.intermediateSize)),
      ("position_rows", JSONValue(model.positionCount)),
      ("longest_input", JSONValue(model.longestInput)),
      ("token_types", JSONValue(model.tokenTypeCount)),
      ("pad_token_id", JSONValue(model.paddingID)),
      ("activation", .string(model.activation.rawValue)),
      ("layer_norm_eps", JSONValue(model.layerNormEpsilon)),
    ])
    if model.head == .sequenceClassification || model.head == .tokenClassification {
      object["label_count"] = JSONValue(model.labelCount)
      object["labels"] = model.labels.isEmpty ? nil : .array(model.labels.map { .string($0) })
    }
    let windows = model.attentionWindows
    if !windows.isEmpty { object["attention_window"] = .array(windows.map { JSONValue($0) }) }
    return object
  }
}
