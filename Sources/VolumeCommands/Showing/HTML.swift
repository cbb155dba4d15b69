import VolumeCore

/// Pieces of a page.
enum HTML {
  /// Text that means itself.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  /// A table whose columns can be sorted by a click on their names.
  static func table(_ header: [String], _ rows: [[String]]) -> String {
    func cell(_ text: String, _ tag: String) -> String { "<\(tag)>\(escaped(text))</\(tag)>" }
    return "<table class=\"sortable\"><thead><tr>" + header.map { cell($0, "th") }.joined()
      + "</tr></thead><tbody>"
      + rows.map { "<tr>" + $0.map { cell($0, "td") }.joined() + "</tr>" }.joined()
      + "</tbody></table>"
  }

  /// Lines as they are, in one width.
  static func plain(_ lines: [String]) -> String {
    "<pre>" + lines.map(escaped).joined(separator: "\n") + "</pre>"
  }

  /// Bytes in letters, for a page that needs no other file (RFC 4648).
  static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group = Int(bytes[start]) << 16
      if count > 1 { group |= Int(bytes[start + 1]) << 8 }
      if count > 2 { group |= Int(bytes[start + 2]) }
      text.append(letters[group >> 18])
      text.append(letters[group >> 12 & 63])
      text.append(count > 1 ? letters[group >> 6 & 63] : UInt8(ascii: "="))
      text.append(count > 2 ? letters[group & 63] : UInt8(ascii: "="))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// JSON inside a script element: no "</" may end it.
  static func script(_ value: JSONValue) -> String {
    value.text().split(separator: "</", omittingEmptySubsequences: false)
      .joined(separator: "<\\/")
  }
}
