import ArgumentParser
import Checkpoints

/// How a SOURCE is read.
struct SourceOptions: ParsableArguments {
  @Option(help: "Which state dictionary to take from a file that holds several.")
  var key: String?

  @Option(help: "A config.json for weights that come without one.")
  var config: String?

  var open: OpenOptions { OpenOptions(key: key, configurationPath: config) }
}
