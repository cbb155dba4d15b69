import ISQFormat
import Testing

@Suite struct `The format of ISQ` {
  @Test func `has a name`() { #expect(!ISQFormat().name.isEmpty) }
}
