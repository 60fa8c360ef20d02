import ArgumentParser
import LFModels

/// How a SOURCE is read.
struct SourceOptions: ParsableArguments {
  @Option(
    help: """
      Which state dictionary to take from a file that holds several, or, with a dot at its end, \
      the prefix of the names to take.
      """)
  var key: String?

  @Option(help: "A config.json for weights that come without one.")
  var config: String?

  var open: OpenOptions { OpenOptions(key: key, configurationPath: config) }
}
