import PictureStackFormat
import Testing

@Suite struct `The format of PictureStack` {
  @Test func `has a name`() { #expect(!PictureStackFormat().name.isEmpty) }
}
