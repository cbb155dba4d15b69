import DICOMFormat
import Testing

@Suite struct `The format of DICOM` {
  @Test func `has a name`() { #expect(!DICOMFormat().name.isEmpty) }
}
