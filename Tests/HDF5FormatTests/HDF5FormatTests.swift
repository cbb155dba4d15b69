import HDF5Format
import Testing

@Suite struct `The format of HDF5` {
  @Test func `has a name`() { #expect(!HDF5Format().name.isEmpty) }
}
