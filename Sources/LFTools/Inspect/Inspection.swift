public import LFContainer
public import LFCore
package import LFEncoder
public import LFFamilies
public import LFModels

/// What a path holds: model, tensors, bytes, and what was saved.
public struct Inspection: Sendable {
  /// The file or folder.
  public let path: String
  /// Its format, in words.
  public let format: String
  /// Bytes of the files with weights, and of the container's other content.
  public let fileBytes: Int
  /// The tensors, under the names of the file.
  public let tensors: [TensorDescriptor]
  /// The model, when the tensors and the configuration make up one.
  public let model: RecognizedModel?
  /// Why they do not, otherwise.
  public let problem: LFError?
  /// Names and sizes of the files that travel along.
  public let files: [(name: String, byteCount: Int)]
  /// How the container was made, as keys and values.
  public let provenance: [(key: String, value: String)]
  /// Remarks for the user.
  public let notes: [String]
  /// How the container stores its content; nil for other formats,
  /// and for a part of one.
  public let storage: LFZStorageReport?
  /// The tensors by parts of the model; empty when they make up none.
  public let groups: [TensorGroup]
  /// Files that make up a tokenizer; empty when there is none.
  public let tokenizerFiles: [String]
  /// Whether a Longformer's global projections equal its local ones; nil for
  /// other models.
  public let globalProjections: GlobalProjections?
  /// What a forward pass at the longest input takes; nil when there is no model.
  package let memory: ForwardMemory?
  /// For each tensor whether an earlier one is the same storage.
  private let repetitions: [Bool]

  /// Looks at a path; reads headers and indices, and of a Longformer the
  /// projections.
  ///
  /// - Parameter threads: of the forward pass whose memory is told.
  /// - Throws: what opening the path throws. Tensors that make up no supported
  ///   model are no error here.
  public init(
    _ path: String, options: OpenOptions = OpenOptions(), threads: Int = 1
  ) throws(LFError) {
    let opened = try OpenedModel.open(path, options: options)
    self.path = path
    format = opened.format
    fileBytes = opened.byteCount
    tensors = opened.source.tensors
    files = opened.files.map { ($0.name, $0.byteCount) }
    tokenizerFiles = TokenizerParts.names(in: opened.files)
    repetitions = try SharedStorage.repetitions(opened)
    storage = opened.isWholeContainer ? opened.container?.storage : nil
    var provenance: [(String, String)] = []
    if let made = opened.container?.provenance {
      provenance.append(("tool", made.tool))
      provenance += made.sources.map { source in
        let digest = source.sha256Text.map { ", SHA-256 \($0)" } ?? ""
        return ("source", "\(source.name), \(source.byteCount.counted("byte"))\(digest)")
      }
      provenance += made.parameters.map { ($0.key, $0.value) }
    }
    self.provenance = provenance
    let model: RecognizedModel?
    do throws(LFError) {
      let found = try opened.recognized()
      model = found
      problem = nil
    } catch {
      model = nil
      problem = error
    }
    self.model = model
    let repetitions = repetitions
    groups =
      model.map { TensorGroup.all($0, opened.source.tensors, repetitions: repetitions) } ?? []
    memory = model.map {
      ForwardMemory($0, length: $0.configuration.longestInput, threads: threads)
    }
    var notes = opened.notes + (model?.notes ?? [])
    do throws(LFError) {
      globalProjections = try model.flatMap { (model) throws(LFError) in
        try GlobalProjections(model, opened)
      }
    } catch {
      // Damage is `check`'s to find; what the headers say is still true.
      globalProjections = nil
      notes.append("the global projections cannot be read: \(error.message)")
    }
    self.notes = notes
  }

  /// The storage report by parts of the model: embeddings, attention, global
  /// projections, feed-forward, heads.
  public var storageGroups: [LFZStorageGroup] {
    storage?.groups { TensorGroup.name(of: $0) } ?? []
  }

  /// Bytes of all tensors, written out in full; a storage that several share
  /// counts once.
  public var rawBytes: Int { distinct.reduce(0) { $0 + $1.byteCount } }
  /// Numbers in all tensors, likewise.
  public var parameterCount: Int { distinct.reduce(0) { $0 + $1.shape.elementCount } }
  /// Tensors that are the storage of an earlier one.
  public var sharedTensors: [TensorDescriptor] {
    zip(tensors, repetitions).filter(\.1).map(\.0)
  }

  private var distinct: [TensorDescriptor] {
    zip(tensors, repetitions).filter { !$1 }.map(\.0)
  }
}

extension Inspection {
  /// The configuration of the model at a path.
  ///
  /// - Throws: also when the tensors make up no supported model.
  package static func configuration(
    of path: String, options: OpenOptions = OpenOptions()
  ) throws(LFError) -> ModelConfiguration {
    let inspection = try Inspection(path, options: options)
    guard let model = inspection.model else {
      throw inspection.problem
        ?? LFError(.internal, "internal.inspection", "there is neither a model nor a problem")
    }
    return model.configuration
  }
}
