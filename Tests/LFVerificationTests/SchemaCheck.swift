import Foundation

/// As much of JSON Schema as `Specs/verify.schema.json` uses.
struct SchemaCheck {
  private let root: [String: Any]

  init(_ path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// What is wrong with a value; empty when it is valid.
  func problems(_ value: Any) -> [String] { problems(value, root, "$") }

  private func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    var found: [String] = []
    for (key, rule) in schema {
      switch key {
      case "$schema", "$defs", "title", "description": break
      case "$ref":
        let name = (rule as? String)?.components(separatedBy: "/").last ?? ""
        let definition = (root["$defs"] as? [String: Any])?[name] as? [String: Any]
        found += definition.map { problems(value, $0, path) } ?? ["no definition \(name)"]
      case "type":
        let types = rule as? [String] ?? [rule as? String ?? ""]
        if !types.contains(where: { Self.matches(value, $0) }) { found.append("\(path): \(types)") }
      case "const":
        if value as? String != rule as? String { found.append("\(path): not \(rule)") }
      case "enum":
        if !(rule as? [String] ?? []).contains(value as? String ?? "") {
          found.append("\(path): \(value)")
        }
      case "minimum":
        if let number = value as? Double, number < rule as? Double ?? 0 {
          found.append("\(path): \(number)")
        }
      case "required":
        for name in rule as? [String] ?? [] where (value as? [String: Any])?[name] == nil {
          found.append("\(path): no \(name)")
        }
      case "properties":
        for (name, inner) in rule as? [String: Any] ?? [:] {
          guard let member = (value as? [String: Any])?[name] else { continue }
          found += problems(member, inner as? [String: Any] ?? [:], path + "." + name)
        }
      case "items":
        for (index, item) in (value as? [Any] ?? []).enumerated() {
          found += problems(item, rule as? [String: Any] ?? [:], "\(path)[\(index)]")
        }
      case "oneOf":
        let results = (rule as? [[String: Any]] ?? []).map { problems(value, $0, path) }
        if results.count(where: \.isEmpty) != 1 { found += results.joined() + ["\(path): oneOf"] }
      default: found.append("\(path): this test does not know \(key)")
      }
    }
    return found
  }

  private static func matches(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "null": value is NSNull
    case "boolean": (value as? NSNumber).map { isBoolean($0) } ?? (value is Bool)
    case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
    case "number": value is Double
    default: false
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
  }
}
