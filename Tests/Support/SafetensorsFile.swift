import Foundation

/// A safetensors file taken apart by means other than the reader under test.
public struct SafetensorsFile {
  public struct Tensor {
    public let name: String
    public let type: String
    public let shape: [Int]
    /// Bytes inside the file.
    public let range: Range<Int>
  }

  public let path: String
  public var data: Data
  public let tensors: [Tensor]
  public let metadata: [String: String]

  public init(_ path: String) throws {
    self.path = path
    data = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any]
    var tensors: [Tensor] = []
    var metadata: [String: String] = [:]
    for (name, value) in header ?? [:] {
      if name == "__metadata__" {
        metadata = value as? [String: String] ?? [:]
        continue
      }
      guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
        let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int]
      else { continue }
      tensors.append(
        Tensor(
          name: name, type: type, shape: shape,
          range: 8 + length + offsets[0]..<8 + length + offsets[1]))
    }
    self.tensors = tensors.sorted { $0.name < $1.name }
    self.metadata = metadata
  }

  public subscript(name: String) -> Data? {
    tensors.first { $0.name == name }.map { Data(data[$0.range]) }
  }

  /// Flips the lowest bit of a byte of a tensor.
  public mutating func flip(_ tensor: Tensor, byte: Int) {
    data[tensor.range.lowerBound + byte] ^= 1
  }

  /// Adds to a value of a float32 or float64 tensor.
  public mutating func add(_ amount: Double, to tensor: Tensor, element: Int) {
    let size = tensor.type == "F64" ? 8 : 4
    let start = tensor.range.lowerBound + element * size
    var bits = data[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if size == 8 {
      bits = (Double(bitPattern: bits) + amount).bitPattern
    } else {
      bits = UInt64((Float(bitPattern: UInt32(bits)) + Float(amount)).bitPattern)
    }
    for index in 0..<size { data[start + index] = UInt8(truncatingIfNeeded: bits >> (8 * index)) }
  }

  public func save() throws { try data.write(to: URL(fileURLWithPath: path)) }
}
