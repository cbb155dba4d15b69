import NIfTIFormat
import Testing

@Suite struct `The format of NIfTI` {
  @Test func `has a name`() { #expect(!NIfTIFormat().name.isEmpty) }
}
