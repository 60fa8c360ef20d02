import ArgumentParser
import LFCore

/// The root of the command line.
struct LFConvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfconv",
    abstract: "Turn RoBERTa checkpoints into Longformers, and prove that the result is right.",
    discussion: """
      EXAMPLES
        lfconv roberta-to-longformer ./roberta-base -o longformer.lfz
        lfconv roberta-to-longformer model.pt -o ./hf --max-positions 8192
        lfconv inspect longformer.lfz
        lfconv verify Golden

      EXIT CODES
        0 done   1 mismatch   2 input refused   3 unsupported   4 I/O
        64 usage   70 internal   130, 143 ended by a signal

      ENVIRONMENT
        LFCONV_CPU   the instruction set: baseline, avx2, avx512 or neon; the results
                     have the same bits
        NO_COLOR     text is not coloured
      """,
    version: VersionText.text,
    subcommands: [
      RobertaToLongformerCommand.self, ConvertCommand.self, InspectCommand.self,
      VerifyCommand.self, DiffCommand.self, CheckCommand.self, GoldenCommand.self,
      BenchCommand.self, DrawCommand.self, TokenizeCommand.self, EncodeCommand.self,
      EvaluateCommand.self, CompareAttentionCommand.self, GenerateManualCommand.self,
    ])
}
