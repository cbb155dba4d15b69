import NRRDFormat
import Testing

@Suite struct `The format of NRRD` {
  @Test func `has a name`() { #expect(!NRRDFormat().name.isEmpty) }
}
