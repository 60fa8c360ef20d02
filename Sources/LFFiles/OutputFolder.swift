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

  /// Creates the temporary folder beside the destination.
  ///
  /// - Parameter marker: with `overwrite`, a folder is only replaced when it is
  ///   empty or holds a file of this name: a mistyped path must not delete
  ///   documents.
  package init(_ destination: String, overwrite: Bool, marker: String) throws(LFError) {
    try OutputFile.checkFree(destination, overwrite: overwrite, wanted: .folder)
    if overwrite, Paths.exists(destination) {
      let entries = try Paths.entries(destination)
      guard entries.isEmpty || entries.contains(marker) else {
        throw LFError(
          .io, "io.exists", "the folder to replace holds no \(marker), so it is no earlier output",
          at: .init(file: destination), hint: "remove it yourself, or give another name")
      }
    }
    self.destination = destination
    self.overwrite = overwrite
    temporaryPath = TemporaryPaths.reserve(beside: destination)
    guard unsafe mkdir(temporaryPath, 0o777) == 0 else {
      let number = errno
      TemporaryPaths.forget(temporaryPath)
      throw .system("cannot create a folder in", Paths.folder(destination), errno: number)
    }
  }

  deinit { discard() }

  /// Creates a file inside; `name` may contain folders, which are made.
  package func file(_ name: String) throws(LFError) -> OutputFile {
    let path = Paths.join(temporaryPath, name)
    var folder = temporaryPath
    for component in name.split(separator: "/").dropLast() {
      folder = Paths.join(folder, String(component))
      guard unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        throw .system("cannot create", folder, errno: errno)
      }
    }
    return try OutputFile(path, overwrite: false)
  }

  /// Writes a whole small file inside.
  package func write(_ bytes: [UInt8], to name: String) throws(LFError) {
    let file = try file(name)
    try file.append(bytes)
    try file.publish()
  }

  /// Moves the complete folder to its destination.
  package func publish() throws(LFError) {
    OutputFile.syncFolder(temporaryPath)
    if unsafe rename(temporaryPath, destination) != 0 {
      let number = errno
      guard number == ENOTEMPTY || number == EEXIST, overwrite else {
        if number == ENOTEMPTY || number == EEXIST || number == ENOTDIR {
          throw OutputFile.occupied(destination)
        }
        throw .system("cannot publish", destination, errno: number)
      }
      try replace()
    }
    TemporaryPaths.forget(temporaryPath)
    OutputFile.syncFolder(Paths.folder(destination))
  }

  /// Removes the temporary folder; nothing happens once it is published.
  package func discard() {
    Paths.removeTree(temporaryPath)
    TemporaryPaths.forget(temporaryPath)
  }

  /// Puts the new folder in the old one's place, then removes the old one.
  private func replace() throws(LFError) {
    let number = unsafe lf_exchange_paths(temporaryPath, destination)
    if number == 0 {
      Paths.removeTree(temporaryPath)
      return
    }
    // No atomic exchange here: the old folder is renamed, and renamed back if
    // the new one cannot take its place.
    let aside = temporaryPath + ".old"
    guard unsafe rename(destination, aside) == 0 else {
      throw .system("cannot replace", destination, errno: errno)
    }
    guard unsafe rename(temporaryPath, destination) == 0 else {
      let reason = errno
      _ = unsafe rename(aside, destination)
      throw .system("cannot publish", destination, errno: reason)
    }
    Paths.removeTree(aside)
  }
}
