import Testing
import XMLReading

@Suite struct `An XML element` {
  @Test func `has a name, attributes, children and text, without prefixes`() throws {
    let text = """
      <?xml version="1.0"?>
      <o:OME xmlns:o="http://ome"><o:Pixels SizeX="5">a<b/>c</o:Pixels><Pixels SizeX="6"/></o:OME>
      """
    let root = try #require(XMLElement(parsing: Array(text.utf8)))
    #expect(root.name == "OME")
    #expect(root["Pixels"]?.attributes == ["SizeX": "5"])
    #expect(root["Pixels"]?.text == "ac")
    #expect(root.children("Pixels").count == 2)
    #expect(root["Pixels", "b"] != nil)
    #expect(root["Pixels", "d"] == nil)
  }

  @Test(arguments: ["", "no", "<a><b></a>", "<a>", String(repeating: "<a>", count: 500)])
  func `is not made of what is not well formed`(text: String) {
    #expect(XMLElement(parsing: Array(text.utf8)) == nil)
  }

  @Test func `is not made of what is nested too deep`() {
    let deep = String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200)
    #expect(XMLElement(parsing: Array(deep.utf8)) == nil)
  }

  @Test func `fetches no entity, and does not let entities multiply`() throws {
    let file = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>"
    #expect(XMLElement(parsing: Array(file.utf8))?.text == "")
    var bomb = "<!DOCTYPE a [<!ENTITY a0 \"lol\">"
    for i in 1...12 {
      bomb += "<!ENTITY a\(i) \"" + String(repeating: "&a\(i - 1);", count: 10) + "\">"
    }
    bomb += "]><a b=\"&a12;\">&a12;</a>"
    #expect((XMLElement(parsing: Array(bomb.utf8))?.text.utf8.count ?? 0) < 1000)
  }
}
