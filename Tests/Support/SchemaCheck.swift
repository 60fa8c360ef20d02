import Foundation

/// As much of JSON Schema (draft 2020-12) as `Specs/schemas/` uses.
///
/// Stricter in one thing: a member that the schema does not describe is a
/// problem, or a field could be printed that no user reads about.
public struct SchemaCheck {
  private typealias Schema = [String: Any]

  private let folder: String
  private let root: Schema

  /// The schema of a command, by the name of its file.
  public init(command: String) throws {
    try self.init(file: Repository.root + "/Specs/schemas/" + command + ".json")
  }

  private init(file: String) throws {
    let url = URL(fileURLWithPath: file)
    folder = url.deletingLastPathComponent().path
    root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? Schema ?? [:]
  }

  /// What is wrong with a value; empty when it is valid.
  public func problems(_ value: Any) -> [String] { complete(value, root, "$") }

  /// Rules, and members that no rule describes.
  private func complete(_ value: Any, _ schema: Schema, _ path: String) -> [String] {
    var found = problems(value, schema, path)
    let known = described(schema)
    if let members = value as? Schema, !known.isEmpty {
      found += members.keys.filter { !known.contains($0) }.sorted().map {
        "\(path).\($0) is not described"
      }
    }
    return found
  }

  private func problems(_ value: Any, _ schema: Schema, _ path: String) -> [String] {
    var found: [String] = []
    for (key, rule) in schema {
      switch key {
      case "$schema", "$defs", "title", "description": break
      case "$ref":
        guard let (check, target) = resolve(rule) else {
          found.append("\(path): no \(rule)")
          continue
        }
        found += check.problems(value, target, path)
      case "type":
        let types = rule as? [String] ?? [rule as? String ?? ""]
        if !types.contains(where: { Self.matches(value, $0) }) { found.append("\(path): \(types)") }
      case "const":
        if !Self.areEqual(value, rule) { found.append("\(path): not \(rule)") }
      case "enum":
        if !(rule as? [String] ?? []).contains(value as? String ?? "") {
          found.append("\(path): \(value)")
        }
      case "pattern":
        let isMatch = (value as? String)?.range(
          of: rule as? String ?? "", options: .regularExpression)
        if isMatch == nil { found.append("\(path): \(value)") }
      case "minimum":
        if let number = value as? Double, number < rule as? Double ?? 0 {
          found.append("\(path): \(number)")
        }
      case "required":
        for name in rule as? [String] ?? [] where (value as? Schema)?[name] == nil {
          found.append("\(path): no \(name)")
        }
      case "properties":
        for (name, inner) in rule as? Schema ?? [:] {
          guard let member = (value as? Schema)?[name] else { continue }
          found += complete(member, inner as? Schema ?? [:], path + "." + name)
        }
      case "items":
        for (index, item) in (value as? [Any] ?? []).enumerated() {
          found += complete(item, rule as? Schema ?? [:], "\(path)[\(index)]")
        }
      case "oneOf":
        let results = (rule as? [Schema] ?? []).map { problems(value, $0, path) }
        if results.count(where: \.isEmpty) != 1 { found += results.joined() + ["\(path): oneOf"] }
      default: found.append("\(path): this test does not know \(key)")
      }
    }
    return found
  }

  /// The schema that a reference leads to, in this file or in one beside it.
  private func resolve(_ reference: Any) -> (SchemaCheck, Schema)? {
    guard let text = reference as? String else { return nil }
    let parts = text.components(separatedBy: "#/$defs/")
    guard let check = parts[0].isEmpty ? self : try? SchemaCheck(file: folder + "/" + parts[0])
    else { return nil }
    guard parts.count == 2 else { return (check, check.root) }
    return ((check.root["$defs"] as? Schema)?[parts[1]] as? Schema).map { (check, $0) }
  }

  /// The members that a schema speaks of; none when it says nothing of members.
  private func described(_ schema: Schema) -> Set<String> {
    var names = Set((schema["properties"] as? Schema ?? [:]).keys)
    for branch in schema["oneOf"] as? [Schema] ?? [] { names.formUnion(described(branch)) }
    if let reference = schema["$ref"], let (check, target) = resolve(reference) {
      names.formUnion(check.described(target))
    }
    return names
  }

  /// Texts or booleans, which is all that a constant is here.
  private static func areEqual(_ value: Any, _ constant: Any) -> Bool {
    if let text = constant as? String { return value as? String == text }
    return isBoolean(value) && value as? Bool == constant as? Bool
  }

  private static func matches(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is Schema
    case "array": value is [Any]
    case "string": value is String
    case "null": value is NSNull
    case "boolean": isBoolean(value)
    // Beyond 2⁵³ a whole number may be no Double.
    case "integer":
      !isBoolean(value)
        && (value is UInt64 || value is Int64
          || (value as? Double).map { $0 == $0.rounded() } ?? false)
    case "number": !isBoolean(value) && (value is Double || value is UInt64 || value is Int64)
    default: false
    }
  }

  private static func isBoolean(_ value: Any) -> Bool {
    guard let number = value as? NSNumber else { return value is Bool }
    return ["c", "B"].contains(String(cString: number.objCType))
  }
}
