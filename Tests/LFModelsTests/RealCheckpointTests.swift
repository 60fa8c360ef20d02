import Foundation
import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

/// Real files that are too large, or not ours, to be kept beside the tests.
///
/// `LFCONV_REAL_CHECKPOINTS` names a folder in which, at any depth, they are
/// looked for. `checkpoint_vh.pt` is the heavy-chain model of the sapiens
/// package, a small RoBERTa that fairseq trained.
@Suite struct RealCheckpointTests {
  static let folder = Repository.realCheckpoints

  static let sapiens: String? = folder.flatMap { folder in
    FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
      .first { ($0 as NSString).lastPathComponent == "checkpoint_vh.pt" }
      .map { folder + "/" + $0 }
  }

  @Test(
    .enabled(
      if: sapiens != nil,
      "set LFCONV_REAL_CHECKPOINTS to a folder that holds sapiens' checkpoint_vh.pt"))
  func opensSapiens() throws {
    let checkpoint = try OpenedModel.open(try #require(Self.sapiens))
    #expect(checkpoint.format == "fairseq, PyTorch legacy")
    #expect(checkpoint.source.tensors.count == 74)
    #expect(checkpoint.configuration?["arch"] == "roberta_small")
    #expect(checkpoint.configuration?["encoder_layers"] == 4)
    #expect(checkpoint.configuration?["encoder_embed_dim"] == 128)
    let embedding = try #require(
      checkpoint.source.tensors.first {
        $0.name.text.hasSuffix("sentence_encoder.embed_tokens.weight")
      })
    #expect(embedding.shape.dimensions.last == 128)
    // Every tensor reads, whole and by halves, and holds finite numbers.
    for (index, tensor) in checkpoint.source.tensors.enumerated() {
      let bytes = try checkpoint.source.bytes(index)
      let half = bytes.count / 2
      let parts =
        try checkpoint.source.bytes(index, range: 0..<half)
        + checkpoint.source.bytes(index, range: half..<bytes.count)
      #expect(parts == bytes)
      guard tensor.elementType == .f32 else { continue }
      let finite = stride(from: 3, to: bytes.count, by: 4).allSatisfy {
        bytes[$0] & 0x7F != 0x7F || bytes[$0 - 1] & 0x80 == 0
      }
      #expect(finite, "\(tensor.name)")
    }
    if let file = checkpoint.files.first(where: { $0.name == "dict.txt" }) {
      let dictionary = try FairseqDictionary(file)
      #expect(dictionary.lines.count == 20)
    }
  }
}
