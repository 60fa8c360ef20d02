import CPlatform
package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Questions about paths.
package enum Paths {
  /// What a path leads to, links followed.
  package enum Kind: Sendable { case missing, file, folder, other }

  /// What is at `path`; `missing` also when it cannot be looked at.
  package static func kind(_ path: String) -> Kind {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// Whether anything, even a dangling link, is at `path`.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }

  /// The absolute path without links, or nil when it does not exist.
  package static func resolved(_ path: String) -> String? {
    guard let result = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(result) }
    return unsafe String(cString: result)
  }

  /// The part after the last slash; slashes at the end do not count.
  package static func name(_ path: String) -> String {
    let trimmed = path.dropLast(while: "/")
    return trimmed.split(separator: "/").last.map(String.init) ?? String(trimmed)
  }

  /// The part before the last slash: "." without one.
  package static func folder(_ path: String) -> String {
    let trimmed = path.dropLast(while: "/")
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// A path inside a folder; an absolute one stays as it is.
  package static func join(_ folder: String, _ path: String) -> String {
    path.hasPrefix("/") ? path : folder + (folder.hasSuffix("/") ? "" : "/") + path
  }

  /// Names in a folder, sorted by their bytes, without "." and "..".
  package static func entries(_ folder: String) throws(LFError) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw .system("cannot list", folder, errno: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [TensorName] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(TensorName(name)) }
    }
    return names.sorted().map(\.text)
  }

  /// Removes a file, or a folder with everything in it; links are not followed.
  ///
  /// - Returns: 0, or the errno value of the first entry that could not be removed.
  static func removeTree(_ path: String) -> Int32 { unsafe lf_remove_tree(path) }

  /// Moves a file or folder to a path where nothing is.
  ///
  /// - Throws: `io.exists` when something is there.
  static func moveToFree(_ path: String, _ destination: String) throws(LFError) {
    var number = unsafe lf_rename_to_free(path, destination)
    if number == ENOSYS || number == EINVAL || number == ENOTSUP {
      // A hard link never replaces anything either. File systems without hard
      // links leave a short moment between the look and the move.
      if unsafe link(path, destination) == 0 {
        _ = unsafe unlink(path)
        return
      }
      if exists(destination) { throw OutputRule.occupied(destination) }
      number = unsafe rename(path, destination) == 0 ? 0 : errno
    }
    guard number == 0 else {
      let isTaken = [EEXIST, ENOTEMPTY, ENOTDIR, EISDIR].contains(number) && exists(destination)
      throw isTaken
        ? OutputRule.occupied(destination)
        : .system("cannot publish", destination, errno: number)
    }
  }
}

extension String {
  fileprivate func dropLast(while character: Character) -> Substring {
    var result = self[...]
    while result.count > 1, result.last == character { result.removeLast() }
    return result
  }
}
