import Testing
import VolumeTesting
import YAMLReading

@Suite struct `A YAML value` {
  static let sample = """
    # a volume
    --- !Volume.Metadata
    shape: [1300, 1040, 1900]
    dtype: "uint8"
    byte_encoding: littleendian
    parts:
      - {name: train, range: [0, 1300]}
      - name: test
    empty:
    """

  @Test func `is made of texts, lists and mappings, without tags and comments`() throws {
    let value = try YAMLValue(parsing: Array(Self.sample.utf8))
    #expect(value["shape"]?.list?.compactMap(\.text) == ["1300", "1040", "1900"])
    #expect(value["dtype"]?.text == "uint8")
    #expect(value["byte_encoding"] == .text("littleendian"))
    #expect(value["parts"]?.list?[0]["range"] == .list([.text("0"), .text("1300")]))
    #expect(value["parts"]?.list?[1]["name"] == .text("test"))
    #expect(value["empty"] == .text(""))
    #expect(value["none"] == nil)
  }

  @Test func `of no text is an empty scalar`() throws {
    #expect(try YAMLValue(parsing: []) == .text(""))
    #expect(try YAMLValue(parsing: Array("# only a comment\n".utf8)) == .text(""))
  }

  @Test func `is not made of what could grow, or of what is said twice`() {
    let cases: [(String, YAMLError)] = [
      ("a: &x 1\nb: *x\n", .hasAlias(line: 2)),
      ("a: 1\nb: 2\na: 3\n", .repeatsKey(line: 3, key: "a")),
      ("[a, b]: 1\n", .keyIsNoText(line: 1)),
      (String(repeating: "[", count: 40) + String(repeating: "]", count: 40), .isTooDeep(line: 1)),
      (
        "[" + String(repeating: "1,", count: 100_000) + "]",
        .hasTooManyValues(line: 1)
      ),
      (
        String(repeating: " ", count: 1 << 20) + "a",
        .isTooLong(byteCount: (1 << 20) + 1, limit: 1 << 20)
      ),
    ]
    for (text, error) in cases {
      #expect(throws: error) { try YAMLValue(parsing: Array(text.utf8)) }
    }
  }

  @Test(arguments: [("a: [1, 2\nb: 3", 2), ("a: \"x", 1), ("a: b: c", 1), ("\u{1}", 1)])
  func `is not made of what is malformed, and says where`(text: String, line: Int) throws {
    let error = #expect(throws: YAMLError.self) { try YAMLValue(parsing: Array(text.utf8)) }
    guard case .isMalformed(let place, let problem) = try #require(error) else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect((1...2).contains(place) && place <= line + 1 && !problem.isEmpty)
  }

  @Test func `survives damage`() {
    let seeds = [Array(Self.sample.utf8), Array("{a: [1, {b: !!int 'c'}], ? d : |\n  e\n}".utf8)]
    Mutations(of: seeds).expectSurvival { _ = try YAMLValue(parsing: $0) }
  }
}
