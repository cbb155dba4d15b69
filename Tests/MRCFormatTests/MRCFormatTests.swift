import MRCFormat
import Testing

@Suite struct `The format of MRC` {
  @Test func `has a name`() { #expect(!MRCFormat().name.isEmpty) }
}
