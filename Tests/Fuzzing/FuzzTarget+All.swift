import TIFFFormat

extension FuzzTarget {
  /// All, those of the commonest formats first.
  static let all: [FuzzTarget] =
    [
      .file(
        "tiff", "a.tif",
        seeds: "Tests/TIFFFormatTests/Fixtures/*.tif Tests/TIFFFormatTests/Fixtures/case/*.tif",
        seconds: 600, format: { TIFFFormat() })
    ] + zarr + raw + headers + pictures + hdf5 + models
}
