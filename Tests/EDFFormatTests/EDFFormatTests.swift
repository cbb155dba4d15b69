import EDFFormat
import Testing

@Suite struct `The format of EDF` {
  @Test func `has a name`() { #expect(!EDFFormat().name.isEmpty) }
}
