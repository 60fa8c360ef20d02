import FuzzSupport

/// A configuration, by which a conversion is planned.
@main struct ConfigFuzzer {
  static func main() {
    fuzz {
      FuzzedConfiguration.read(bytes($0, $1))
      return 0
    }
  }
}
