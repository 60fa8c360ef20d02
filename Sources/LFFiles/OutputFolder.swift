import CPlatform
package import LFCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of files that appears at its destination complete, or not at all.
package final class OutputFolder: Sendable {
  /// Where the folder will be.
  package let destination: String
  /// Where it is until then.
  package let temporaryPath: String
  private let overwrite: Bool
  private let state: Mutex<State>

  private struct State {
    /// Holds the folder's lock; nil once it is published or removed.
    var descriptor: Int32?
    /// Folders inside that were made.
    var folders: Set<String> = []
  }

  /// Creates the temporary folder beside the destination.
  ///
  /// - Parameter marker: with `overwrite`, a folder is only replaced when it is
  ///   empty or holds a file of this name: a mistyped path must not delete
  ///   documents.
  package init(_ destination: String, overwrite: Bool, marker: String) throws(LFError) {
    self.destination = destination
    self.overwrite = overwrite
    try Self.check(destination, overwrite: overwrite, marker: marker)
    let made = try TemporaryPaths.makeFolder(in: Paths.folder(destination))
    temporaryPath = made.path
    state = Mutex(State(descriptor: made.descriptor))
  }

  deinit { discard() }

  private static func check(
    _ destination: String, overwrite: Bool, marker: String
  ) throws(LFError) {
    try OutputRule.check(destination, overwrite: overwrite, wanted: .folder)
    guard Paths.exists(destination) else { return }
    let entries = try Paths.entries(destination)
    guard entries.isEmpty || entries.contains(marker) else {
      throw LFError(
        .io, "io.exists", "the folder to replace holds no \(marker), so it is no earlier output",
        at: .init(file: destination), hint: "remove it yourself, or give another name")
    }
  }

  /// Creates a file inside; `name` may contain folders, which are made.
  package func file(_ name: String) throws(LFError) -> OutputFile {
    let path = Paths.join(temporaryPath, name)
    var folder = temporaryPath
    for component in name.split(separator: "/").dropLast() {
      folder = Paths.join(folder, String(component))
      try makeFolder(folder)
    }
    return try OutputFile(path, overwrite: false)
  }

  private func makeFolder(_ path: String) throws(LFError) {
    guard !state.withLock({ $0.folders.contains(path) }) else { return }
    try TemporaryPaths.held { () throws(LFError) in
      try TemporaryPaths.register(path)
      guard unsafe mkdir(path, 0o700) == 0 else {
        let number = errno
        TemporaryPaths.forget(path)
        throw .system("cannot create", path, errno: number)
      }
      _ = unsafe chmod(path, 0o700)
    }
    state.withLock { _ = $0.folders.insert(path) }
  }

  /// Writes a whole small file inside.
  package func write(_ bytes: [UInt8], to name: String) throws(LFError) {
    let file = try file(name)
    try file.append(bytes)
    try file.publish()
  }

  /// Moves the complete folder to its destination.
  ///
  /// - Throws: `io.exists` when something has appeared there in the meantime that
  ///   may not be replaced; `io.changed` when an input is not any more what it was.
  package func publish() throws(LFError) {
    // A part of another folder is published with that.
    let isPart = TemporaryPaths.isTemporary(destination)
    if !isPart, let changed = InputRecord.changed() { throw changed }
    try OutputRule.check(destination, overwrite: overwrite, wanted: .folder)
    let (files, folders) = try content()
    openToOthers(files, folders)
    try TemporaryPaths.held { () throws(LFError) in
      if isPart {
        for path in [destination] + (folders + files).map({ Paths.join(destination, $0) }) {
          try TemporaryPaths.register(path)
        }
      }
      if Paths.exists(destination) {
        try replace()
      } else {
        try Paths.moveToFree(temporaryPath, destination)
        TemporaryPaths.forget(temporaryPath)
        OutputFile.syncFolder(Paths.folder(destination))
      }
    }
    release()
    if !isPart { PublishedOutputs.add(destination) }
  }

  /// Removes the temporary folder; nothing happens once it is published.
  package func discard() {
    guard state.withLock({ $0.descriptor != nil }) else { return }
    _ = Paths.removeTree(temporaryPath)
    TemporaryPaths.forget(temporaryPath)
    release()
  }

  private func release() {
    let descriptor = state.withLock { state in
      defer { state.descriptor = nil }
      return state.descriptor
    }
    if let descriptor { close(descriptor) }
  }

  /// Paths inside, relative to the folder; a folder comes before what is in it.
  private func content() throws(LFError) -> (files: [String], folders: [String]) {
    var (files, folders): ([String], [String]) = ([], [])
    var next = 0
    var pending = [""]
    while next < pending.count {
      let folder = pending[next]
      next += 1
      for name in try Paths.entries(Paths.join(temporaryPath, folder)) {
        let path = folder.isEmpty ? name : Paths.join(folder, name)
        guard Paths.kind(Paths.join(temporaryPath, path)) == .folder else {
          files.append(path)
          continue
        }
        folders.append(path)
        pending.append(path)
      }
    }
    return (files, folders)
  }

  /// Gives everything the permissions that new files have, and syncs the folders.
  private func openToOthers(_ files: [String], _ folders: [String]) {
    let mask = mode_t(lf_umask())
    for file in files { _ = unsafe chmod(Paths.join(temporaryPath, file), 0o666 & ~mask) }
    for folder in folders.reversed().map({ Paths.join(temporaryPath, $0) }) + [temporaryPath] {
      OutputFile.syncFolder(folder)
      _ = unsafe chmod(folder, 0o777 & ~mask)
    }
  }

  /// Puts the new folder in the old one's place in one step, then removes the old
  /// one.
  private func replace() throws(LFError) {
    let number = unsafe lf_exchange_paths(temporaryPath, destination)
    guard number != 0 else {
      TemporaryPaths.forget(temporaryPath)
      OutputFile.syncFolder(Paths.folder(destination))
      return remove(old: temporaryPath)
    }
    guard [ENOSYS, EINVAL, ENOTSUP].contains(number) else {
      throw .system("cannot replace", destination, errno: number)
    }
    // No exchange on this file system: the old folder is renamed, and renamed back
    // if the new one cannot take its place. A signal waits; after a power failure
    // between the two the old one is still there, under a name that nothing removes.
    let aside = temporaryPath + ".old"
    guard unsafe rename(destination, aside) == 0 else {
      throw .system("cannot replace", destination, errno: errno)
    }
    guard unsafe rename(temporaryPath, destination) == 0 else {
      let reason = errno
      _ = unsafe rename(aside, destination)
      throw .system("cannot publish", destination, errno: reason)
    }
    TemporaryPaths.forget(temporaryPath)
    OutputFile.syncFolder(Paths.folder(destination))
    remove(old: aside)
  }

  private func remove(old path: String) {
    if Paths.removeTree(path) != 0 { PublishedOutputs.add(leftover: path) }
  }
}
