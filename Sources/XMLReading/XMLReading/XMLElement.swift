import CXML2

/// An element of an XML document, for short documents of others: sidecars and image descriptions.
///
/// Names come without their namespace's prefix. Entities from elsewhere are not fetched.
public struct XMLElement: Hashable, Sendable {
  /// The name without a prefix: "Pixels".
  public var name: String
  /// The attributes, without prefixes.
  public var attributes: [String: String] = [:]
  /// The elements inside, in order.
  public var children: [XMLElement] = []
  /// The text directly inside, all pieces together.
  public var text = ""

  /// The longest document that is parsed.
  public static let longestDocument = 64 << 20
  /// Elements may lie in one another this deep.
  static let deepestElement = 64
  /// A document may have this many elements.
  static let mostElements = 1_000_000

  /// The first element of that name inside.
  public func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// All elements of that name inside.
  public func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The element that a path of names leads to, the first of each name.
  public subscript(path: String...) -> XMLElement? {
    var place: XMLElement? = self
    for name in path { place = place?.child(name) }
    return place
  }

  /// Parses a document; `nil` where it is not well formed, too long or nested too deep.
  public init?(parsing bytes: [UInt8]) {
    guard !bytes.isEmpty, bytes.count <= Self.longestDocument else { return nil }
    let document = unsafe bytes.withUnsafeBytes { bytes in
      unsafe cxml_read(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
    }
    guard let document = unsafe document else { return nil }
    defer { unsafe xmlFreeDoc(document) }
    var budget = Self.mostElements
    guard let root = unsafe xmlDocGetRootElement(document),
      let element = unsafe Self.element(root, depth: 0, &budget)
    else { return nil }
    self = element
  }

  private init(name: String) { self.name = name }

  private static func element(
    _ node: xmlNodePtr, depth: Int, _ budget: inout Int
  ) -> XMLElement? {
    guard depth < deepestElement, budget > 0 else { return nil }
    budget -= 1
    var element = XMLElement(name: unsafe string(node.pointee.name))
    var attribute = unsafe UnsafeMutablePointer(node.pointee.properties)
    while let here = unsafe attribute {
      let value = unsafe xmlNodeListGetString(node.pointee.doc, here.pointee.children, 1)
      unsafe element.attributes[string(here.pointee.name)] = string(value)
      if let value = unsafe value { unsafe cxml_free(value) }
      unsafe attribute = here.pointee.next
    }
    var child = unsafe node.pointee.children
    while let here = unsafe child {
      switch unsafe here.pointee.type {
      case XML_ELEMENT_NODE:
        guard let inside = unsafe self.element(here, depth: depth + 1, &budget) else { return nil }
        element.children.append(inside)
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
        unsafe element.text += string(here.pointee.content)
      default: break
      }
      unsafe child = here.pointee.next
    }
    return element
  }

  private static func string(_ bytes: UnsafePointer<xmlChar>?) -> String {
    guard let bytes = unsafe bytes else { return "" }
    return unsafe String(cString: bytes)
  }
}
