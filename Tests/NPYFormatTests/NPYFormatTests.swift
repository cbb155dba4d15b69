import NPYFormat
import Testing

@Suite struct `The format of NPY` {
  @Test func `has a name`() { #expect(!NPYFormat().name.isEmpty) }
}
