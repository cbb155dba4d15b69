import SkyScanFormat
import Testing

@Suite struct `The format of SkyScan` {
  @Test func `has a name`() { #expect(!SkyScanFormat(slices: []).name.isEmpty) }
}
