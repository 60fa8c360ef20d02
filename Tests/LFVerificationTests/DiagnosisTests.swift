import Foundation
import LFConversion
import LFVerification
import TestSupport
import Testing

/// Each test breaks a case in one way, and the hint has to say which.
@Suite("Diagnosis")
struct DiagnosisTests {
  private static let table = "embeddings.position_embeddings.weight"
  private static let types = "embeddings.token_type_embeddings.weight"

  private func diagnose(_ broken: BrokenCase, model: String? = nil) throws -> CaseResult {
    let result = Verifier(model: model).verify(broken.folder)
    #expect(result.status == .fail, "\(result.message)")
    return result
  }

  // MARK: Configuration

  @Test(
    "A window halved or doubled", arguments: [0.5, 2],
    [
      "longformer-masked-lm-own-global-projections", "length-131-windows-4-12-20",
      "padding-right-left-middle", "length-multiple-of-windows",
    ])
  func windows(factor: Double, name: String) throws {
    let broken = try BrokenCase(name, keepsTensors: true)
    try broken.editConfiguration {
      let windows = $0["attention_window"] as? [Int] ?? []
      $0["attention_window"] = windows.map { Int(Double($0) * factor) }
    }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .window)
    #expect(result.diagnosis?.isConfirmed == true)
    #expect(result.diagnosis?.text.contains(factor < 1 ? "half" : "twice") == true)
    #expect(result.firstDriftingLayer == 1)
    #expect(result.message.contains("drift begins in layer 1 of"))
  }

  @Test("A window of another size, told by the pattern alone")
  func otherWindow() throws {
    let broken = try BrokenCase("longformer-masked-lm-own-global-projections")
    try broken.editConfiguration { $0["attention_window"] = [8, 14] }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .window)
    #expect(result.diagnosis?.isConfirmed == false)
    #expect(result.diagnosis?.text.contains("or its local projections") == true)
    #expect(result.firstDriftingLayer == 2)
  }

  @Test("The other gelu", arguments: ["roberta-masked-lm-three-windows", "globals-absent"])
  func activation(name: String) throws {
    let broken = try BrokenCase(name)
    try broken.editConfiguration { $0["hidden_act"] = "gelu_new" }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .activation)
    #expect(result.diagnosis?.text.contains("hidden_act gelu in place of gelu_new") == true)
    #expect(result.firstDriftingLayer == 1)
  }

  @Test(
    "An epsilon from a class's defaults",
    arguments: [
      ("pad-three-two-token-types", 1e-5), ("roberta-bare-with-pooler", 1e-12),
      ("roberta-masked-lm-three-windows", 1e-3), ("roberta-bare-with-pooler", 2e-6),
    ])
  func epsilon(name: String, value: Double) throws {
    let broken = try BrokenCase(name)
    try broken.editConfiguration { $0["layer_norm_eps"] = value }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .epsilon, "\(result.diagnosis?.text ?? "no hint")")
    #expect(result.diagnosis?.isConfirmed == true)
    #expect(result.firstDriftingLayer == 0)
  }

  @Test("An epsilon that nobody would guess, told by the directions of the embeddings")
  func unusualEpsilon() throws {
    let broken = try BrokenCase("roberta-bare-with-pooler")
    try broken.editConfiguration { $0["layer_norm_eps"] = 1e-4 }
    try broken.editWeights { file in
      // The truth's own epsilon is out of reach of the guesses as well.
      let bias = file.tensor("encoder.layer.1.output.dense.bias")
      file.add(0.3, to: bias, element: 0)
    }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .epsilon)
    #expect(result.diagnosis?.isConfirmed == false)
  }

  // MARK: Positions

  private enum Table: String, CaseIterable {
    /// The reserved rows are repeated along with the rest.
    case periodTooLong
    /// The last row of a table that ends inside a tile was never written.
    case lastRowUnset
    /// Zeros where the second tile should be.
    case neverTiled
    /// Rows 0…pad hold something else.
    case reserved
    /// Row r holds what row r+1 should.
    case shiftedDown
    /// Row r holds what row r−1 should.
    case shiftedUp

    var cause: Cause {
      switch self {
      case .periodTooLong, .lastRowUnset, .neverTiled: .tiling
      case .reserved: .reservedRows
      case .shiftedDown, .shiftedUp: .positionOffset
      }
    }

    func rows(_ rows: [Data], usable: Int, reserved: Int) -> [Data] {
      let zero = Data(count: rows[0].count)
      return rows.indices.map { row in
        switch self {
        case .periodTooLong: row < reserved ? rows[row] : rows[row % (usable + reserved)]
        case .lastRowUnset: row == rows.count - 1 ? zero : rows[row]
        case .neverTiled: row < usable + reserved ? rows[row] : zero
        case .reserved: row < reserved ? Data(rows[row].reversed()) : rows[row]
        case .shiftedDown: rows[min(row + 1, rows.count - 1)]
        case .shiftedUp: rows[max(row - 1, 0)]
        }
      }
    }
  }

  /// pad 3, 26 usable rows, 60 positions, 41 tokens of which one is padding;
  /// pad 1, 11 rows, 40 positions, rows of padding; pad 1, 30 rows.
  private static let tiled = [
    ("pad-three-two-token-types", 26, 4), ("padding-after-conversion", 11, 2),
    ("pad-zero", 20, 1),
  ]

  @Test("A position table made wrongly, by its outputs and by its bytes", arguments: [false, true])
  func positions(keepsTensors: Bool) throws {
    for (name, usable, reserved) in Self.tiled {
      for way in Table.allCases {
        let broken = try BrokenCase(name, keepsTensors: keepsTensors)
        // No input is that long: only bytes can tell.
        if way == .lastRowUnset, !keepsTensors { continue }
        try broken.useConverted()
        try broken.editWeights("converted") { file in
          let table = file.tensor(Self.table)
          file.set(
            table, rows: way.rows(file.rows(table), usable: usable, reserved: reserved))
        }
        let result = try diagnose(broken, model: broken.converted)
        let hint = result.diagnosis?.text ?? "no hint"
        #expect(result.diagnosis?.cause == way.cause, "\(name) \(way): \(hint)")
        if !keepsTensors { #expect(result.firstDriftingLayer == 0) }
        if way == .periodTooLong { #expect(hint.contains("token \(usable)"), "\(hint)") }
      }
    }
  }

  @Test("Uninitialised reserved rows that hold NaN")
  func uninitialised() throws {
    let broken = try BrokenCase("padding-after-conversion")
    try broken.editWeights { file in
      let table = file.tensor(Self.table)
      for element in 0..<table.shape[1] {
        file.add(.nan, to: table, element: table.shape[1] + element)
      }
    }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .reservedRows, "\(result.diagnosis?.text ?? "no hint")")
  }

  @Test("A table that is wrong beyond the source's longest input, without knowing the source")
  func unknownSource() throws {
    let broken = try BrokenCase("roberta-masked-lm-three-windows")
    try broken.useConverted()
    try broken.editWeights("converted") { file in
      let table = file.tensor(Self.table)
      let rows = file.rows(table)
      file.set(table, rows: rows.indices.map { $0 < 32 ? rows[$0] : rows[$0 % 32] })
    }
    try broken.editCase {
      $0["convert"] = nil
      $0["model"] = "converted"
    }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .tiling)
    #expect(result.diagnosis?.isConfirmed == true)
    #expect(result.diagnosis?.text.contains("errors begin at token 30") == true)
  }

  @Test("A BERT whose position table is shifted by a row, or has lost its rows from one on")
  func bertPositions() throws {
    for shift in [1, -1] {
      let broken = try BrokenCase("bert-masked-lm-relu")
      try broken.editWeights { file in
        let table = file.tensor(Self.table)
        let rows = file.rows(table)
        file.set(
          table, rows: rows.indices.map { rows[max(0, min(rows.count - 1, $0 + shift))] })
      }
      let result = try diagnose(broken)
      #expect(result.diagnosis?.cause == .positionOffset, "\(result.diagnosis?.text ?? "no hint")")
      #expect(result.diagnosis?.isConfirmed == true)
      // There are no reserved rows: the first token has row 0.
      #expect(result.diagnosis?.text.contains("(the first token has row 0)") == true)
    }
    let broken = try BrokenCase("bert-masked-lm-relu")
    try broken.editWeights { file in
      let table = file.tensor(Self.table)
      let rows = file.rows(table)
      file.set(table, rows: rows.indices.map { $0 < 4 ? rows[$0] : Data(count: rows[0].count) })
    }
    let result = try diagnose(broken)
    // Nothing is repeated in a BERT.
    #expect(result.diagnosis?.cause == .embeddings)
    #expect(result.diagnosis?.text.contains("errors begin at token 4,") == true)
  }

  @Test(
    "A BERT's own fault in its first row is no fault of reserved rows", arguments: [false, true])
  func bertFirstRow(keepsTensors: Bool) throws {
    let broken = try BrokenCase("bert-masked-lm-relu", keepsTensors: keepsTensors)
    try broken.editWeights { file in file.add(0.5, to: file.tensor(Self.table), element: 3) }
    let result = try diagnose(broken)
    let cause = result.diagnosis?.cause
    #expect(cause == (keepsTensors ? .weights : .embeddings), "\(result.diagnosis?.text ?? "")")
    #expect(
      result.diagnosis?.text.contains(keepsTensors ? "first that of token 0" : "those at 0,")
        == true)
  }

  // MARK: Token types

  @Test(
    "Token types dropped",
    arguments: [
      "pad-three-two-token-types", "roberta-masked-lm-three-windows", "padding-after-conversion",
      "explicit-positions-and-types",
    ], [false, true])
  func tokenTypes(name: String, keepsTensors: Bool) throws {
    let broken = try BrokenCase(name, keepsTensors: keepsTensors)
    try broken.editWeights { file in
      let table = file.tensor(Self.types)
      // In a table with several rows only the last: the others are right.
      var rows = file.rows(table)
      rows[rows.count - 1] = Data(count: rows[0].count)
      file.set(table, rows: rows)
    }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .tokenTypes, "\(result.diagnosis?.text ?? "no hint")")
    #expect(result.firstDriftingLayer == 0)
  }

  // MARK: Global attention

  @Test(
    "Local and global projections exchanged, or the global ones lost", arguments: [true, false])
  func projections(areExchanged: Bool) throws {
    for keepsTensors in [false, true] {
      let broken = try BrokenCase(
        "longformer-masked-lm-own-global-projections", keepsTensors: keepsTensors)
      try broken.editWeights { file in
        let original = file
        for global in original.tensors where global.name.contains("_global.") {
          let name = global.name.replacingOccurrences(of: "_global.", with: ".")
          let local = original.tensor(name)
          file.set(global, original.data[local.range])
          if areExchanged { file.set(local, original.data[global.range]) }
        }
      }
      let result = try diagnose(broken)
      #expect(result.diagnosis?.cause == .globalAttention, "\(result.diagnosis?.text ?? "")")
      #expect(result.firstDriftingLayer == 1)
    }
  }

  @Test("Expected outputs made with another global mask")
  func globalMask() throws {
    let broken = try BrokenCase("globals-none-one-many-all")
    var inputs = try SafetensorsFile(broken.folder + "/inputs.safetensors")
    let mask = inputs.tensor("global_attention_mask")
    inputs.flip(mask, byte: 3 * 8)  // token 3 of the sequence without any
    try inputs.save()
    #expect(try diagnose(broken).firstDriftingLayer == 1)
    let none = try BrokenCase("globals-zero-after-conversion")
    inputs = try SafetensorsFile(none.folder + "/inputs.safetensors")
    inputs.flip(inputs.tensor("global_attention_mask"), byte: 5 * 8)
    try inputs.save()
    #expect(try diagnose(none).diagnosis?.cause == .globalAttention)
  }

  // MARK: Files

  /// Changes the header's names in a converted model.
  private func renamed(
    _ broken: BrokenCase, _ rename: (String) -> String?
  ) throws -> BrokenCase {
    try broken.useConverted()
    try broken.editWeights("converted") { file in
      var header: [String: Any] = [:]
      var values = Data()
      for tensor in file.tensors {
        guard let name = rename(tensor.name) else { continue }
        let end = values.count + tensor.range.count
        header[name] = [
          "dtype": tensor.type, "shape": tensor.shape, "data_offsets": [values.count, end],
        ]
        values += file.data[tensor.range]
      }
      let text = try JSONSerialization.data(withJSONObject: header)
      file.data = Data((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) })
      file.data += text + values
    }
    return broken
  }

  @Test("Names that no stock class loads", arguments: [true, false])
  func names(keepsTensors: Bool) throws {
    let name = "roberta-masked-lm-three-windows"
    let broken = try renamed(BrokenCase(name, keepsTensors: keepsTensors)) {
      $0.replacingOccurrences(of: "longformer.", with: "roberta.")
    }
    let result = Verifier(model: broken.converted).verify(broken.folder)
    #expect(result.status == (keepsTensors ? .fail : .error))
    #expect(result.diagnosis?.cause == .tensorNames, "\(result.message)")
    #expect(result.hint?.contains(" roberta.e") == true)
  }

  @Test("Global projections shared instead of copied", arguments: [true, false])
  func sharedProjections(keepsTensors: Bool) throws {
    let name = "roberta-masked-lm-three-windows"
    let broken = try renamed(BrokenCase(name, keepsTensors: keepsTensors)) {
      $0.contains("_global.") ? nil : $0
    }
    let result = Verifier(model: broken.converted).verify(broken.folder)
    #expect(result.status == (keepsTensors ? .fail : .error))
    #expect(result.diagnosis?.cause == .globalProjections, "\(result.message)")
  }

  @Test("Weights in half precision where single is expected")
  func elementType() throws {
    let broken = try BrokenCase("globals-absent", keepsTensors: true)
    var converter = Converter(
      .sameArchitecture, source: broken.folder + "/source", output: broken.converted)
    converter.elementType = .f16
    _ = try converter.run()
    let result = try diagnose(broken, model: broken.converted)
    #expect(result.diagnosis?.cause == .elementType)
    #expect(result.diagnosis?.isConfirmed == true)
  }

  @Test("Expected values that contradict themselves")
  func expectedValues() throws {
    let broken = try BrokenCase("globals-absent")
    var expected = try SafetensorsFile(broken.folder + "/expected.safetensors")
    expected.add(0.01, to: expected.tensor("hidden_states.1"), element: 100)
    try expected.save()
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .expectedValues)
  }

  @Test(
    "A fault of another kind is not taken for one of these",
    arguments: [
      ("encoder.layer.0.intermediate.dense.bias", Cause.encoder, Int?(1)),
      ("encoder.layer.1.attention.output.dense.bias", .encoder, 2),
      ("embeddings.LayerNorm.bias", .embeddings, 0),
      ("embeddings.LayerNorm.weight", .embeddings, 0),
      ("lm_head.bias", .head, Int?.none),
    ])
  func otherFaults(tensor: String, cause: Cause, layer: Int?) throws {
    for name in ["globals-absent", "padding-right-left-middle", "length-one-past-window"] {
      let broken = try BrokenCase(name)
      try broken.editWeights { file in file.add(0.2, to: file.tensor(tensor), element: 1) }
      let result = try diagnose(broken)
      #expect(result.diagnosis?.cause == cause, "\(name): \(result.diagnosis?.text ?? "no hint")")
      #expect(result.diagnosis?.isConfirmed == false)
      #expect(result.firstDriftingLayer == layer)
    }
  }

  @Test("A few rows of an embedding table are told by the tokens that look them up")
  func fewRows() throws {
    for (name, table, row) in [
      ("padding-after-conversion", Self.table, 5),
      ("length-131-windows-4-12-20", "word_embeddings.weight", 9),
    ] {
      let broken = try BrokenCase(name)
      try broken.editWeights { file in
        let tensor = file.tensor(table)
        file.add(0.5, to: tensor, element: row * tensor.shape[1] + 3)
      }
      let result = try diagnose(broken)
      #expect(result.diagnosis?.cause == .embeddings)
      let hint = result.diagnosis?.text ?? ""
      #expect(hint.contains(table == Self.table ? "tokens at 3, 14, 25" : "ids 9 "), "\(hint)")
    }
  }

  @Test("Without expected hidden states a trial still finds the cause")
  func headAlone() throws {
    let broken = try BrokenCase("length-131-windows-4-12-20")
    let file = try SafetensorsFile(broken.folder + "/expected.safetensors")
    let logits = file.tensor("logits")
    let header =
      #"{"logits":{"dtype":"\#(logits.type)","shape":\#(logits.shape),"data_offsets":[0,\#(logits.range.count)]}}"#
    var data = Data((0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) })
    data += Data(header.utf8) + file.data[logits.range]
    try data.write(to: URL(fileURLWithPath: broken.folder + "/expected.safetensors"))
    #expect(Verifier().verify(broken.folder).status == .pass)
    try broken.editConfiguration { $0["attention_window"] = [2, 6, 10] }
    let result = try diagnose(broken)
    #expect(result.diagnosis?.cause == .window)
    #expect(result.firstDriftingLayer == nil)
  }
}
