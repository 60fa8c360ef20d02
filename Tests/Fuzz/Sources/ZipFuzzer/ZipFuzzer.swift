import FuzzSupport

/// A zip archive as PyTorch writes it.
private let file = FuzzedFile("model.pt")

@main struct ZipFuzzer {
  static func main() {
    fuzz {
      file.read(bytes($0, $1))
      return 0
    }
  }
}
