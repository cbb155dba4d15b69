import AvizoFormat
import EDFFormat
import ISQFormat
import MRCFormat
import MetaImageFormat
import NIfTIFormat
import NPYFormat
import NRRDFormat
import VGStudioFormat

extension FuzzTarget {
  /// Headers before, or beside, plain or compressed voxels.
  static let headers: [FuzzTarget] = [
    .file(
      "npy", "a.npy", seeds: "Tests/NPYFormatTests/Fixtures/*.npy", format: { NPYFormat() }),
    .file(
      "metaimage", "a.mha", seeds: "Tests/MetaImageFormatTests/Fixtures/*.mha",
      format: { MetaImageFormat() }),
    .file(
      "metaimage-detached", "a.mhd", seeds: "Tests/MetaImageFormatTests/Fixtures/*.mhd",
      companions: someData, format: { MetaImageFormat() }),
    .file(
      "nrrd", "a.nrrd", seeds: "Tests/NRRDFormatTests/Fixtures/*.nrrd", format: { NRRDFormat() }),
    .file(
      "nrrd-detached", "a.nhdr", seeds: "Tests/NRRDFormatTests/Fixtures/*.nhdr",
      companions: someData, format: { NRRDFormat() }),
    .file(
      "edf", "a.edf",
      seeds: "Tests/EDFFormatTests/Fixtures/*.edf Tests/EDFFormatTests/Fixtures/*/*.edf",
      companions: [("external.bin", [UInt8](repeating: 5, count: 3080))], format: { EDFFormat() }),
    .file(
      "mrc", "a.mrc", seeds: "Tests/MRCFormatTests/Fixtures/*.mrc", format: { MRCFormat() }),
    .file(
      "mrc-compressed", "a.mrc.gz",
      seeds: "Tests/MRCFormatTests/Fixtures/*.gz Tests/MRCFormatTests/Fixtures/*.bz2",
      format: { MRCFormat() }),
    .file(
      "nifti", "a.nii", seeds: "Tests/NIfTIFormatTests/Fixtures/*.nii", format: { NIfTIFormat() }),
    .file(
      "nifti-compressed", "a.nii.gz",
      seeds: "Tests/NIfTIFormatTests/Fixtures/*.gz Tests/NIfTIFormatTests/Fixtures/*.bz2",
      format: { NIfTIFormat() }),
    .file("isq", "a.isq", seeds: "Tests/ISQFormatTests/Fixtures/*.isq", format: { ISQFormat() }),
    .file(
      "vgstudio", "a.vgi", seeds: "Tests/VGStudioFormatTests/Fixtures/*.vgi",
      companions: someVoxels, format: { VGStudioFormat() }),
    .file(
      "avizo", "a.am", seeds: "Tests/AvizoFormatTests/Fixtures/*.am", format: { AvizoFormat() }),
  ]

  /// The files that the fixtures' headers of VGStudio name, as long as they make them.
  private static let someVoxels: [(name: String, bytes: [UInt8])] = [
    ("plain-uint8.vol", 385), ("ctsimu-uint16.vol", 770), ("ctsimu-float32.vol", 1540),
    ("part.vol", 1764), ("files-a.raw", 154), ("files-b.raw", 231), ("w\u{FC}rfel.vol", 810),
  ].map { ($0.0, [UInt8](repeating: 7, count: $0.1)) }

  /// The data that the fixtures' headers name, as long as they make it with one and two bytes a voxel.
  private static let someData: [(name: String, bytes: [UInt8])] =
    [("detached.raw", 770), ("data.raw", 770), ("skip.bin", 800)].map {
      ($0.0, [UInt8](repeating: 7, count: $0.1))
    }
    + (0..<12).map { number in
      let digits = number < 10 ? "00\(number)" : "0\(number)"
      return ("slice_\(digits).bin", [UInt8](repeating: UInt8(number), count: 154))
    }
}
