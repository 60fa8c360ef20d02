public import Foundation

#if canImport(FoundationXML)
  public import FoundationXML
#endif

/// The elements of an XML text, read by Foundation's parser.
public final class XMLElements: NSObject, XMLParserDelegate {
  public struct Element {
    public let name: String
    public let parent: String
    public let attributes: [String: String]
    public var text = ""
  }

  public private(set) var all: [Element] = []
  /// Why the text is not well-formed.
  public private(set) var problem: String?
  private var open: [Int] = []

  public init(_ path: String) throws {
    super.init()
    let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: path)))
    parser.delegate = self
    if !parser.parse() {
      problem = parser.parserError.map { "\($0) in line \(parser.lineNumber)" } ?? "unknown"
    }
  }

  public func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    let parent = open.last.map { all[$0].name } ?? ""
    open.append(all.count)
    all.append(Element(name: name, parent: parent, attributes: attributes))
  }

  public func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  public func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { all[last].text += text }
  }
}
