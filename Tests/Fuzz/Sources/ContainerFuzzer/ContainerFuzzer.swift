import FuzzSupport

/// A container with right checksums.
private let container = FuzzedContainer()

@main struct ContainerFuzzer {
  static func main() {
    fuzz {
      container.read(bytes($0, $1))
      return 0
    }
  }
}
