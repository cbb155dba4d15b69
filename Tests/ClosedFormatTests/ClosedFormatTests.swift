import ClosedFormat
import Testing

@Suite struct `The format of Closed` {
  @Test func `has a name`() { #expect(!ClosedFormat().name.isEmpty) }
}
