import FuzzSupport

/// A model's folder with one file of its own.
private let folder = FuzzedFolder()

@main struct FolderFuzzer {
  static func main() {
    fuzz {
      folder.read(bytes($0, $1))
      return 0
    }
  }
}
