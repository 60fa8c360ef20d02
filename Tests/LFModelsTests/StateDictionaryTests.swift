import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

/// What is found in the object of a PyTorch file, and what is not.
@Suite struct StateDictionaryTests {
  typealias Make = HandMadePickle
  static let four: [(key: String, values: [Float])] = [("0", [0, 1, 2, 3])]
  static let tensor = Make.tensor("0", count: 4, shape: [4], strides: [1])

  func open(
    _ object: Make.Code, storages: [(key: String, values: [Float])] = four, key: String? = nil
  ) throws -> OpenedModel {
    let path = try Scratch.shared.write(
      "state-\(UInt64.random(in: 0 ... .max)).pt", Make.legacy(object, storages: storages))
    return try OpenedModel.open(path, options: OpenOptions(key: key))
  }

  func code(_ object: Make.Code, key: String? = nil) -> String? {
    failure { try open(object, key: key) }?.code
  }

  @Test(arguments: ["state_dict", "model", "module", "anything"])
  func findsTheOnlyOne(_ key: String) throws {
    let object = Make.dictionary(
      ("epoch", Make.integer(3)), (key, Make.dictionary(("w", Self.tensor))))
    #expect(try open(object).source.tensors.map(\.name) == ["w"])
  }

  @Test func asksWhichOfSeveral() throws {
    let object = Make.dictionary(
      ("model", Make.dictionary(("w", Self.tensor))),
      ("model_ema", Make.dictionary(("v", Self.tensor), ("a/b", Make.none))))
    let error = try #require(failure { try open(object) })
    #expect(error.code == "pytorch.ambiguous" && error.kind == .refused)
    #expect(error.message.contains("\"model\", \"model_ema\""))
    #expect(error.hint?.contains("--key") == true)
    #expect(try open(object, key: "model_ema").source.tensors.map(\.name) == ["v"])
    #expect(code(object, key: "nothing") == "pytorch.key")
    #expect(code(object, key: ".") == "pytorch.nested-tensor")
  }

  @Test func followsAPathOfKeys() throws {
    let object = Make.dictionary(
      ("train", Make.dictionary(("net", Make.dictionary(("w", Self.tensor))))))
    #expect(code(object) == "pytorch.no-state-dictionary")
    #expect(try open(object, key: "train/net").source.tensors.map(\.name) == ["w"])
  }

  @Test func namesEntriesThatAreNoTensors() throws {
    let object = Make.dictionary(
      ("w", Self.tensor), ("steps", Make.integer(1)), ("extra", Make.none))
    let checkpoint = try open(object)
    #expect(checkpoint.source.tensors.count == 1)
    #expect(checkpoint.notes.contains { $0.contains("steps (an integer), extra (None)") })
  }

  @Test func namesClassesOutsideAndRefusesThemInside() throws {
    let evil = Make.call("os", "system", Make.text("echo called"))
    let outside = Make.dictionary(("model", Make.dictionary(("w", Self.tensor))), ("x", evil))
    #expect(try open(outside).notes.contains { $0.contains("os.system") })
    let inside = Make.dictionary(("model", Make.dictionary(("w", Self.tensor), ("x", evil))))
    let error = try #require(failure { try open(inside) })
    #expect(error.code == "pytorch.unknown-global" && error.message.contains("os.system"))
    #expect(error.location.entry == "x")
  }

  @Test func refusesAttributesWithClasses() {
    let dictionary = Make.object(
      "collections", "OrderedDict", Make.dictionary(("_metadata", Make.global("os", "system"))))
    let object = dictionary + [0x28] + Make.text("w") + Self.tensor + [0x75]
    #expect(code(object) == "pytorch.unknown-global")
  }

  @Test func refusesWholeModulesByName() throws {
    let module = Make.object("my.module", "Net", Make.dictionary(("w", Self.tensor)))
    for object in [module, Make.dictionary(("model", module))] {
      let error = try #require(failure { try open(object) })
      #expect(error.code == "pytorch.whole-module" && error.kind == .unsupported)
      #expect(error.message.contains("my.module.Net"))
    }
  }

  @Test func readsTheOrderedDictionaryOfPython2() throws {
    let pairs = Make.list(Make.list(Make.text("w"), Self.tensor))
    #expect(try open(Make.call("collections", "OrderedDict", pairs)).source.tensors.count == 1)
    let broken = Make.list(Make.list(Make.text("w"), Self.tensor), Make.list(Make.text("v")))
    #expect(code(Make.call("collections", "OrderedDict", broken)) != nil)
  }

  @Test func refusesOneNameTwice() {
    let object = Make.dictionary(("w", Self.tensor), ("w", Self.tensor))
    #expect(code(object) == "pytorch.duplicate-name")
  }

  @Test func readsPartsOfLegacyStorages() throws {
    let view = Make.tuple(Make.text("1"), Make.integer(1), Make.integer(2))
    let object = Make.dictionary(
      ("w", Make.tensor("0", count: 4, shape: [2], strides: [1], view: view)))
    #expect(try open(object).source.bytes(0) == floats([1, 2]))
    let outside = Make.dictionary(
      ("w", Make.tensor("0", count: 4, shape: [3], strides: [1], view: view)))
    #expect(code(outside) == "pytorch.bounds")
    let beyond = Make.tuple(Make.text("1"), Make.integer(3), Make.integer(2))
    #expect(
      code(
        Make.dictionary(("w", Make.tensor("0", count: 4, shape: [1], strides: [1], view: beyond))))
        == "pytorch.storage-record")
  }

  @Test func refusesBigEndianLegacyFiles() throws {
    let bytes = Make.legacy(
      Make.dictionary(("w", Self.tensor)), storages: Self.four, littleEndian: Make.no)
    let path = try Scratch.shared.write("big.pt", bytes)
    let error = failure { try OpenedModel.open(path) }
    #expect(error?.code == "pytorch.big-endian" && error?.kind == .unsupported)
  }

  // MARK: Kinds of tensors

  @Test func refusesKindsByName() throws {
    func error(_ tensor: Make.Code) throws -> LFError {
      try #require(failure { try open(Make.dictionary(("a", Self.tensor), ("w", tensor))) })
    }
    for (function, word) in [
      ("_rebuild_sparse_tensor", "sparse"), ("_rebuild_qtensor", "quantised"),
      ("_rebuild_nested_tensor", "nested"), ("_rebuild_meta_tensor_no_storage", "meta"),
    ] {
      let error = try error(Make.call("torch._utils", function, Make.none))
      #expect(error.code == "pytorch.tensor-kind" && error.kind == .unsupported)
      #expect(error.message.contains(word) && error.location.entry == "w")
    }
    let storage = try error(
      Make.tensor("0", count: 4, shape: [1], strides: [1], type: "QInt8Storage"))
    #expect(storage.kind == .unsupported && storage.message.contains("QInt8Storage"))
    let float8 = try error(
      Make.tensor(
        "0", count: 4, shape: [1], strides: [1], function: "_rebuild_tensor_v3",
        more: Make.global("torch", "float8_e4m3fn")))
    #expect(float8.code == "pytorch.dtype" && float8.kind == .unsupported)
    #expect(float8.message.contains("float8_e4m3fn"))
    let other = try error(
      Make.tensor(
        "0", count: 4, shape: [1], strides: [1], function: "_rebuild_tensor_v3",
        more: Make.global("os", "float32")))
    #expect(other.code == "pytorch.unknown-global" && other.kind == .refused)
  }

  @Test func refusesNegatedViews() throws {
    func tensor(_ mark: Make.Code) -> Make.Code {
      Make.tensor(
        "0", count: 4, shape: [4], strides: [1], more: Make.dictionary(("neg", mark)))
    }
    #expect(try open(Make.dictionary(("w", tensor(Make.no)))).source.tensors.count == 1)
    let error = try #require(failure { try open(Make.dictionary(("w", tensor(Make.yes)))) })
    #expect(error.code == "pytorch.lazy-view" && error.kind == .unsupported)
  }

  @Test func readsTensorsWithAttributes() throws {
    func wrapped(_ type: String, _ state: Make.Code) -> Make.Code {
      let storage = Make.tuple(
        Make.text("storage"), Make.global("torch", "FloatStorage"), Make.text("0"),
        Make.text("cpu"), Make.integer(4))
      let inner = Make.tuple(
        storage + [0x51], Make.integer(1), Make.tuple(Make.integer(2)),
        Make.tuple(Make.integer(2)))
      return Make.call(
        "torch._tensor", "_rebuild_from_type_v2",
        Make.global("torch._utils", "_rebuild_tensor_v2"), Make.global("torch", type), inner,
        state)
    }
    let state = Make.dictionary(("name", Make.text("x")))
    let checkpoint = try open(Make.dictionary(("w", wrapped("Tensor", state))))
    #expect(try checkpoint.source.bytes(0) == floats([1, 3]))
    #expect(code(Make.dictionary(("w", wrapped("MyTensor", state)))) == "pytorch.tensor-kind")
    #expect(
      code(Make.dictionary(("w", wrapped("Tensor", Make.global("os", "system")))))
        == "pytorch.unknown-global")
  }

  @Test func looksThroughSharedValuesOnce() throws {
    // A long list under many names.
    var object: Make.Code = [0x5D, 0x71, 0, 0x28]
    object += [UInt8](repeating: 0x4E, count: 100_000)
    object += [0x65, 0x30, 0x7D, 0x28]
    object += Make.text("w") + Self.tensor
    for index in 0..<20_000 { object += Make.text("n\(index)") + [0x68, 0] }
    object += [0x75]
    #expect(try open(object).source.tensors.count == 1)
  }

  // MARK: Views

  /// A view, and the code of the error it must lead to.
  struct View: Sendable {
    let shape: [Int]
    let strides: [Int]
    var offset = 0
    let code: String?
  }

  @Test(arguments: [
    View(shape: [4], strides: [1], code: nil),
    View(shape: [2, 2], strides: [1, 2], code: nil),
    View(shape: [1, 4], strides: [0, 1], code: nil),
    View(shape: [1, 4], strides: [.max, 1], code: nil),
    View(shape: [2, 2], strides: [0, 1], code: nil),
    View(shape: [0, 7], strides: [7, 1], code: nil),
    View(shape: [0], strides: [1], offset: 4, code: nil),
    View(shape: [], strides: [], offset: 3, code: nil),
    View(shape: [], strides: [], offset: 4, code: "pytorch.bounds"),
    View(shape: [0], strides: [1], offset: 5, code: "pytorch.offset"),
    View(shape: [1], strides: [1], offset: -1, code: "pytorch.offset"),
    View(shape: [5], strides: [1], code: "pytorch.bounds"),
    View(shape: [5], strides: [0], code: "pytorch.bounds"),
    View(shape: [3, 3], strides: [1, 0], code: "pytorch.bounds"),
    View(shape: [2], strides: [4], code: "pytorch.bounds"),
    View(shape: [2], strides: [.max], code: "pytorch.bounds"),
    View(shape: [3], strides: [.max], code: "pytorch.bounds"),
    View(shape: [2, 2], strides: [.max, .max], code: "pytorch.bounds"),
    View(shape: [2], strides: [-1], offset: 1, code: "pytorch.stride"),
    View(shape: [2], strides: [1, 1], code: "pytorch.stride"),
    View(shape: [.max, .max], strides: [0, 0], code: "tensor.shape"),
  ])
  func checksViews(_ view: View) throws {
    let tensor = Make.tensor(
      "0", count: 4, shape: view.shape, strides: view.strides, offset: view.offset)
    let error = failure { () throws -> Void in
      let checkpoint = try open(Make.dictionary(("w", tensor)))
      _ = try checkpoint.source.bytes(0)
    }
    #expect(error?.code == view.code)
  }

  @Test(arguments: [
    ([3, 4, 5], [20, 5, 1]), ([5, 4, 3], [1, 5, 20]), ([4, 5, 3], [5, 1, 20]),
    ([3, 2, 5], [20, 10, 1]), ([7, 4], [8, 2]), ([2, 1, 30], [1, 999, 2]),
    ([4, 3, 5], [0, 20, 1]),
  ])
  func gathersAnyRange(_ shape: [Int], _ strides: [Int]) throws {
    let values = (0..<60).map { Float($0) * 1.5 - 7 }
    let checkpoint = try open(
      Make.dictionary(("w", Make.tensor("0", count: 60, shape: shape, strides: strides))),
      storages: [("0", values)])
    var places = [0]
    for (dimension, stride) in zip(shape, strides) {
      places = places.flatMap { place in (0..<dimension).map { place + $0 * stride } }
    }
    let truth = floats(places.map { values[$0] })
    for start in 0...truth.count {
      for end in Set([start, start + 1, start + 5, start + 32, truth.count])
      where end <= truth.count && end >= start {
        let bytes = try checkpoint.source.bytes(0, range: start..<end)
        #expect(bytes == Array(truth[start..<end]), "\(start)..<\(end)")
      }
    }
  }
}
