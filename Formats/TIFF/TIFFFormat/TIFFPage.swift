import VolumeCore

/// One page, understood and checked: what its voxels are and where they lie.
struct TIFFPage {
  var layout: PageLayout
  var places: BlockPlaces
  var isPalette = false
  /// Whether it is no layer but a smaller copy of one, or a mask.
  var isPreview = false
  /// What was noticed that is no error.
  var remarks: [String] = []

  /// Understands `directory`, or says what kind of page this is that is not read.
  ///
  /// - Parameter sample: which sample of each pixel is read, where there are several.
  init(_ directory: TIFFDirectory, sample: Int?) throws(TIFFError) {
    let file = directory.file
    let page = directory.page
    func malformed(_ what: String) -> TIFFError {
      .directoryIsMalformed(file: file.name, page: page, what: what)
    }
    func refused(_ kind: UnreadKind) -> TIFFError {
      .kindIsNotRead(file: file.name, page: page, kind: kind)
    }

    let width = try directory.integer(TIFFTag.width, default: 0)
    let height = try directory.integer(TIFFTag.height, default: 0)
    guard width > 0, height > 0 else { throw malformed("it gives no width and height") }
    if let kind = try Self.specialKind(directory) { throw refused(kind) }
    let samples = try directory.integer(TIFFTag.samplesPerPixel, default: 1)
    guard samples > 0, samples <= 1 << 16 else {
      throw malformed("it gives \(samples) samples for each pixel")
    }
    let photometric = try directory.integer(TIFFTag.photometric, default: 1)
    switch photometric {
    case 0: throw refused(.whiteIsZero)
    case 1, 2, 3: break
    default: throw refused(.photometric(photometric))
    }
    guard samples == 1 || sample != nil else {
      throw refused(photometric == 2 ? .colour(samples: samples) : .channels(samples))
    }
    let chosen = samples == 1 ? 0 : sample ?? 0
    guard chosen < samples else {
      throw .channelIsMissing(file: file.name, channel: chosen, channels: samples)
    }
    guard let bits = try directory.common(TIFFTag.bitsPerSample, default: 1),
      let format = try directory.common(TIFFTag.sampleFormat, default: 1)
    else { throw refused(.mixedSamples) }
    let type = try Self.voxelType(bits: bits, format: format, refused)
    isPalette = photometric == 3
    guard !isPalette || bits == 8 else { throw refused(.widePalette) }
    let compression = try directory.integer(TIFFTag.compression, default: 1)
    let predictor = try directory.integer(TIFFTag.predictor, default: 1)
    try Self.check(compression, predictor, type, bits: bits, samples: samples, file, page)
    let orientation = try directory.integer(TIFFTag.orientation, default: 1)
    guard orientation <= 1 else { throw refused(.orientation(orientation)) }
    isPreview = try directory.integer(TIFFTag.subfileType, default: 0) & 5 != 0

    let isTiled = directory.has(TIFFTag.tileWidth)
    let configuration = try directory.integer(TIFFTag.planarConfiguration, default: 1)
    let isPlanar = samples > 1 && configuration == 2
    layout = PageLayout(
      height: height, width: width, voxelType: type, samples: samples, bits: bits,
      blockHeight: isTiled
        ? try directory.integer(TIFFTag.tileHeight, default: 0)
        : min(height, try directory.integer(TIFFTag.rowsPerStrip, default: height)),
      blockWidth: isTiled ? try directory.integer(TIFFTag.tileWidth, default: 0) : width,
      isTiled: isTiled, compression: compression, predictor: predictor,
      blockSamples: isPlanar ? 1 : samples, sample: isPlanar ? 0 : chosen, firstBlock: 0,
      order: file.order,
      reversesBits: try directory.integer(TIFFTag.fillOrder, default: 1) == 2)
    guard layout.blockWidth > 0, layout.blockHeight > 0 else {
      throw malformed("its strips have no extent")
    }
    places = .missing
    try checkPlausibility(file, page)
    if isPlanar { layout.firstBlock = chosen * layout.grid.count.voxelCount }
    try findBlocks(directory, planes: isPlanar ? samples : 1)
  }

  /// What a voxel of `bits` bits becomes.
  private static func voxelType(
    bits: Int, format: Int, _ refused: (UnreadKind) -> TIFFError
  ) throws(TIFFError) -> VoxelType {
    switch format {
    case 1, 2, 4:
      let bytes = (9...15).contains(bits) ? 2 : bits % 8 == 0 ? bits / 8 : 0
      guard let type = VoxelType.integer(byteCount: bytes, isSigned: format == 2) else {
        throw refused(.bits(bits))
      }
      return type
    case 3:
      guard bits % 8 == 0, let type = VoxelType.float(byteCount: bits / 8) else {
        throw refused(.float(bits: bits))
      }
      return type
    case 5, 6: throw refused(.complex)
    default: throw refused(.sampleFormat(format))
    }
  }

  /// Files of microscopes that hide layers where a page does not show them.
  private static func specialKind(_ directory: TIFFDirectory) throws(TIFFError) -> UnreadKind? {
    if directory.has(TIFFTag.metaMorphPlanes) { return .metaMorph }
    if directory.has(TIFFTag.zeissLSM) { return .zeissLSM }
    let depth = try directory.integer(TIFFTag.imageDepth, default: 1)
    return depth > 1 ? .volumetric(depth: depth) : nil
  }

  /// Refuses what libtiff does not decode, or not to the same voxels as others.
  private static func check(
    _ compression: Int, _ predictor: Int, _ type: VoxelType, bits: Int, samples: Int,
    _ file: TIFFBytes, _ page: Int
  ) throws(TIFFError) {
    let (name, isRead) = Codec.described(compression)
    guard isRead else {
      throw .kindIsNotRead(file: file.name, page: page, kind: .compression(name))
    }
    guard compression == 1 || TIFFDecoder.decodes(compression) else {
      throw .codecIsMissing(file: file.name, page: page, compression: name)
    }
    guard predictor != 1 else { return }
    // Differences of floats are those of their bits, taken as whole numbers.
    let isKnown = predictor == 2 ? bits % 8 == 0 : predictor == 3 && type.isFloatingPoint
    guard isKnown, Codec.takesPredictor(compression), samples <= TIFFDecoder.mostSamples else {
      throw .kindIsNotRead(
        file: file.name, page: page,
        kind: .predictor(predictor, bits: bits, compression: name))
    }
  }
}
