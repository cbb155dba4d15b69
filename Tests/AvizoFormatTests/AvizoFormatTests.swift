import AvizoFormat
import Testing

@Suite struct `The format of Avizo` {
  @Test func `has a name`() { #expect(!AvizoFormat().name.isEmpty) }
}
