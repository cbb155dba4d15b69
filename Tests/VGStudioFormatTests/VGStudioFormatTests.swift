import Testing
import VGStudioFormat

@Suite struct `The format of VGStudio` {
  @Test func `has a name`() { #expect(!VGStudioFormat().name.isEmpty) }
}
