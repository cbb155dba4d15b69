/// The tags that a page is understood by, from the TIFF 6.0 specification and of other makers.
enum TIFFTag {
  static let subfileType = 254
  static let width = 256
  static let height = 257
  static let bitsPerSample = 258
  static let compression = 259
  static let photometric = 262
  static let fillOrder = 266
  static let description = 270
  static let stripOffsets = 273
  static let orientation = 274
  static let samplesPerPixel = 277
  static let rowsPerStrip = 278
  static let stripByteCounts = 279
  static let xResolution = 282
  static let yResolution = 283
  static let planarConfiguration = 284
  static let resolutionUnit = 296
  static let predictor = 317
  static let colourMap = 320
  static let tileWidth = 322
  static let tileHeight = 323
  static let tileOffsets = 324
  static let tileByteCounts = 325
  static let sampleFormat = 339
  /// SGI's: how many layers a page has.
  static let imageDepth = 32997
  /// MetaMorph's: a stack of planes that one directory stands for.
  static let metaMorphPlanes = 33629
  /// Zeiss's: a microscope's file with previews and channels of its own order.
  static let zeissLSM = 34412
}
