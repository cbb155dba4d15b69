import DICOMFormat
import PictureStackFormat
import SkyScanFormat
import SystemIO
import TIFFFormat

extension FuzzTarget {
  /// Pictures of slices, and what names them.
  static let pictures: [FuzzTarget] = [
    .file(
      "png", "a.png",
      seeds: """
        Tests/PictureStackFormatTests/Fixtures/*.png \
        Tests/PictureStackFormatTests/Fixtures/*/slice_7.png
        """, format: { PictureStackFormat() }),
    .file(
      "bmp", "a.bmp",
      seeds: """
        Tests/PictureStackFormatTests/Fixtures/*.bmp \
        Tests/PictureStackFormatTests/Fixtures/*/slice_7.bmp
        """, format: { PictureStackFormat() }),
    .file(
      "dicom", "a.dcm",
      seeds: """
        Tests/DICOMFormatTests/Fixtures/*.dcm Tests/DICOMFormatTests/Fixtures/*/IM0000.dcm
        """, format: { DICOMFormat() }),
    .file(
      "skyscan-log", "bmp_rec.log", seeds: "Tests/SkyScanFormatTests/Fixtures/*/*.log",
      companions: slices,
      format: { SkyScanFormat(slices: [TIFFFormat(), PictureStackFormat()]) }),
  ]

  /// The slices that the log of the fixture names.
  private static let slices = (98...102).compactMap { number -> (name: String, bytes: [UInt8])? in
    let name = "bmp_rec00000\(number < 100 ? "0" : "")\(number).bmp"
    let path = "Tests/SkyScanFormatTests/Fixtures/bmp/\(name)"
    return (try? contents(ofFile: path)).map { (name, $0) }
  }
}
