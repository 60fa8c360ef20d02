import CKernels
import Foundation
import LFFamilies
import TestSupport
import Testing

@testable import LFEncoder

/// The kernels against the functions of transformers' own table
/// (`Golden/tools/activations.py`).
@Suite("Activations of Hugging Face's table")
struct ActivationTableTests {
  struct Table: Decodable {
    let x: [Float]
    let functions: [String: [Double]?]
  }

  static let table: Table? = try? JSONDecoder().decode(
    Table.self,
    from: Data(contentsOf: URL(filePath: Repository.root + "/Tests/Corpora/activations.json")))

  /// Names that are refused: nobody's BERT has them, or they have parameters.
  static let refused = [
    "hardswish", "laplace", "leaky_relu", "prelu", "relu2", "relu6", "sigmoid", "sqrtsoftplus",
    "xielu",
  ]

  @Test("Every name is computed as there, or refused")
  func values() throws {
    let table = try #require(Self.table)
    #expect(table.functions.count == 24)
    let unknown = table.functions.keys.filter { Activation(name: $0) == nil }.sorted()
    #expect(unknown == Self.refused)
    for (name, expected) in table.functions {
      guard let activation = Activation(name: name) else { continue }
      let values = try #require(expected)
      var found = table.x
      unsafe lf_activate(&found, 1, found.count, found.count, nil, activation.kernel)
      for (index, value) in found.enumerated() {
        let exact = values[index]
        #expect(
          abs(Double(value) - exact) <= 1e-6 * abs(exact) + 1e-9,
          "\(name) of \(table.x[index]) is \(value), should be \(exact)")
      }
    }
  }
}
