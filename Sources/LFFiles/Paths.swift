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
  static func removeTree(_ path: String) {
    var pending = [path]
    var folders: [String] = []
    while let next = pending.popLast() {
      if unsafe unlink(next) == 0 { continue }
      guard let names = try? entries(next) else { continue }
      folders.append(next)
      pending += names.map { join(next, $0) }
    }
    for folder in folders.reversed() { _ = unsafe rmdir(folder) }
  }
}

extension String {
  fileprivate func dropLast(while character: Character) -> Substring {
    var result = self[...]
    while result.count > 1, result.last == character { result.removeLast() }
    return result
  }
}
