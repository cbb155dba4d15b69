import MetaImageFormat
import Testing

@Suite struct `The format of MetaImage` {
  @Test func `has a name`() { #expect(!MetaImageFormat().name.isEmpty) }
}
