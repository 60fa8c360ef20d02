import FuzzSupport

/// A golden case with one file of its own, and all reports of it.
private let golden = FuzzedCase()

@main struct CaseFuzzer {
  static func main() {
    fuzz {
      golden.read(bytes($0, $1))
      return 0
    }
  }
}
