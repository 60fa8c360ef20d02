public import LFCore

/// Where every byte of a container went, and what was saved how.
///
/// Two sums hold exactly. The file: `fileBytes` = `headerBytes` + stored bytes
/// of all tensors and files + `paddingBytes` + `tableBytes` + `indexBytes`. The
/// content: `rawBytes` + `idleBytes` = stored bytes + `savedByTiling` +
/// `savedByTies` + `savedByEquality` + `savedByCoding`.
public struct LFZStorageReport: Sendable {
  /// In the container's order.
  public internal(set) var tensors: [LFZStorageEntry] = []
  /// Carried files, in the container's order.
  public internal(set) var files: [LFZStorageEntry] = []

  /// Bytes of the whole file.
  public internal(set) var fileBytes = 0
  /// Bytes of the header.
  public internal(set) var headerBytes = 0
  /// Zero bytes between chunks.
  public internal(set) var paddingBytes = 0
  /// Bytes of the chunk table.
  public internal(set) var tableBytes = 0
  /// Bytes of the index.
  public internal(set) var indexBytes = 0

  /// Bytes of repetitions inside one tensor.
  public internal(set) var savedByTiling = 0
  /// Bytes of tensors that equal another one because the model says so.
  public internal(set) var savedByTies = 0
  /// Bytes of tensors and files that equal another one, as it happens.
  public internal(set) var savedByEquality = 0
  /// Bytes that coding took away from what is stored; negative only for files
  /// of other writers.
  public internal(set) var savedByCoding = 0
  /// Raw bytes in the file that nothing uses; 0 in files of this tool.
  public internal(set) var idleBytes = 0

  /// Bytes of all tensors and files.
  public var rawBytes: Int { (tensors + files).reduce(0) { $0 + $1.rawBytes } }
  /// Bytes of all chunks.
  public var storedBytes: Int { (tensors + files).reduce(0) { $0 + $1.storedBytes } }

  /// Tensors in groups, in the order in which the groups occur.
  ///
  /// - Parameter group: a group's name from a tensor's; only the caller knows
  ///   what names mean.
  public func groups(by group: (TensorName) -> String) -> [LFZStorageGroup] {
    var result: [LFZStorageGroup] = []
    var places: [String: Int] = [:]
    for entry in tensors {
      let name = group(entry.name)
      let place = places[name] ?? result.count
      if place == result.count {
        places[name] = place
        result.append(LFZStorageGroup(name: name))
      }
      result[place].tensors += 1
      result[place].rawBytes += entry.rawBytes
      result[place].storedBytes += entry.storedBytes
    }
    return result
  }
}

/// How one tensor or file is stored.
public struct LFZStorageEntry: Sendable, Equatable {
  /// Its name; a file's path.
  public let name: TensorName
  /// Bytes of its values.
  public let rawBytes: Int
  /// Bytes in the file that are counted for it; what several share is counted
  /// for the first, so that the numbers add up.
  public internal(set) var storedBytes = 0
  /// The first tensor or file whose bytes it uses; nil when all are its own.
  public internal(set) var sharedWith: TensorName?
  /// The tensor it equals by the model's meaning.
  public let tiedTo: TensorName?
}

/// What a group of tensors costs.
public struct LFZStorageGroup: Sendable, Equatable {
  /// The group's name, from the caller.
  public let name: String
  /// Tensors in the group.
  public internal(set) var tensors = 0
  /// Bytes of their values.
  public internal(set) var rawBytes = 0
  /// Bytes in the file that are counted for the group.
  public internal(set) var storedBytes = 0
}
