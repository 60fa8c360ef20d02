import FuzzSupport

/// A safetensors file, header and data.
private let file = FuzzedFile("model.safetensors")

@main struct SafetensorsFuzzer {
  static func main() {
    fuzz {
      file.read(bytes($0, $1))
      return 0
    }
  }
}
