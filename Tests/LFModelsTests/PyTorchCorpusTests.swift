import Foundation
import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

/// Files that PyTorch wrote, and hand-made wrong ones.
@Suite struct PyTorchCorpusTests {
  @Test func corpusIsThere() {
    #expect(Corpora.files("valid").count >= 30)
    #expect(Corpora.files("invalid").count >= 60)
  }

  @Test(arguments: Corpora.files("valid"))
  func equalsItsTwin(_ name: String) throws {
    let path = Corpora.folder + "/valid/" + name
    let checkpoint = try OpenedModel.open(path)
    let twin = try OpenedModel.open((path as NSString).deletingPathExtension + ".safetensors")
    #expect(checkpoint.format.contains(name.hasPrefix("zip") ? "PyTorch zip" : "PyTorch legacy"))
    let names = Set(checkpoint.source.tensors.map(\.name))
    #expect(names == Set(twin.source.tensors.map(\.name)))
    for (index, tensor) in checkpoint.source.tensors.enumerated() {
      let other = try #require(twin.source.index(of: tensor.name))
      #expect(twin.source.tensors[other] == tensor)
      let truth = try twin.source.bytes(other)
      #expect(try checkpoint.source.bytes(index) == truth, "\(tensor.name)")
      // The same by ranges that begin and end anywhere, also inside elements.
      for count in [1, 3, 7, 16] {
        for start in stride(from: 0, to: max(0, truth.count - count), by: 5) {
          let part = try checkpoint.source.bytes(index, range: start..<start + count)
          #expect(part == Array(truth[start..<start + count]), "\(tensor.name) \(start)+\(count)")
        }
      }
    }
    try checkpoint.checksums?.verify(1)
  }
}
