import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The elements of an XML text, read by Foundation's parser.
final class XMLElements: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let parent: String
    let attributes: [String: String]
    var text = ""
  }

  private(set) var all: [Element] = []
  /// Why the text is not well-formed.
  private(set) var problem: String?
  private var open: [Int] = []

  init(_ path: String) throws {
    super.init()
    let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: path)))
    parser.delegate = self
    if !parser.parse() {
      problem = parser.parserError.map { "\($0) in line \(parser.lineNumber)" } ?? "unknown"
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    let parent = open.last.map { all[$0].name } ?? ""
    open.append(all.count)
    all.append(Element(name: name, parent: parent, attributes: attributes))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { all[last].text += text }
  }
}
