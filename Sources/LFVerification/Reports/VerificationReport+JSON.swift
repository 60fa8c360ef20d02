public import LFCore

extension VerificationReport {
  /// The object that `--json` prints.
  public var json: JSONObject {
    JSONObject([
      ("schema", "lfconv.verify/1"),
      ("passed", JSONValue(passed)),
      ("failed", JSONValue(failed)),
      ("processor", .string(processor)),
      ("instruction_set", .string(instructionSet)),
      ("cases", .array(cases.map { .object($0.json) })),
    ])
  }
}

extension CaseResult {
  fileprivate var json: JSONObject {
    var object = JSONObject([
      ("name", .string(name)),
      ("status", .string(status.rawValue)),
      ("message", .string(message)),
      ("outputs", .array(outputs.map { .object($0.json) })),
      (
        "tensors",
        .object(
          JSONObject([
            ("compared", JSONValue(tensorsCompared)),
            ("differing", .array(differingTensors.map { .string($0.name.text) })),
          ]))
      ),
    ])
    if let error { object["code"] = .string(error.code) }
    if !changedFiles.isEmpty {
      object["changed_files"] = .array(
        changedFiles.map { file in
          .object(
            JSONObject([
              ("path", .string(file.path)), ("recorded", .string(file.recorded)),
              ("found", file.found.map { .string($0) } ?? .null),
            ]))
        })
    }
    object["hint"] = hint.map { .string($0) }
    object["warning"] = warning.map { .string($0) }
    object["cause"] = diagnosis.map { .string($0.cause.rawValue) }
    object["confirmed"] = diagnosis.map { .bool($0.isConfirmed) }
    object["first_drifting_layer"] = firstDriftingLayer.map { JSONValue($0) }
    if let mutations {
      object["mutations"] = .object(
        JSONObject([
          ("tested", JSONValue(mutations.tested)),
          ("survived", .array(mutations.survived.map { .string($0) })),
        ]))
    }
    return object
  }
}

extension OutputComparison {
  fileprivate var json: JSONObject {
    var object = JSONObject([
      ("name", .string(name)),
      ("shape", .array(shape.map { JSONValue($0) })),
      ("max_abs", JSONValue(maxAbsolute)),
      ("max_rel", JSONValue(maxRelative)),
      ("rmse", JSONValue(rootMeanSquare)),
      ("min_cosine", JSONValue(minCosine)),
      ("worst_index", .array(worstIndex.map { JSONValue($0) })),
      ("passed", .bool(passed)),
      ("bits", bits.map { .string($0) } ?? .null),
    ])
    if !passed { object["worst"] = worst.map { .object($0.json) } }
    object["expected_bits"] = expectedBits.map { .string($0) }
    return object
  }
}
