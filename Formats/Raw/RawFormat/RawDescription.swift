import SystemIO
import VolumeCore

/// What a raw file is, once all that is said of it has been brought together and found to agree.
struct RawDescription {
  var layout: RawLayout
  var spacing: VoxelSpacing?
  var format: String
  var remarks: [String] = []
}

/// What is said of one raw file, being brought together.
struct Reconciliation {
  let claims: [RawClaim]
  let name: RawFileName
  let file: RawFile

  /// Those that say something about the bytes.
  var speaking: [RawClaim] { claims.filter { !$0.isSilent } }
  /// The first sidecar that describes the volume.
  var sidecar: RawClaim? { claims.first { $0.isDescribingSidecar } }

  /// What `claims`, silent ones too, say of `file`, whose name is `name`: its several sizes may still
  /// be decided.
  init(_ claims: [RawClaim], name: RawFileName, file: RawFile) {
    self.claims = claims
    self.name = name
    self.file = file
  }

  /// All in one, or the first contradiction.
  func described() throws(RawError) -> RawDescription {
    for claim in speaking {
      if case .foreign(let type) = claim.type {
        throw .typeIsNotRead(file: file.name, type: type, claim: claim)
      }
    }
    let shape = try agreed("shape") { $0.shape }
    let type = try agreed("voxel type") { $0.type?.voxelType }
    let isPacked = speaking.contains { $0.type == .packedBits }
    let offset = try agreed("offset") { $0.offset } ?? 0
    let order = type?.byteCount == 1 ? nil : try agreed("byte order") { $0.byteOrder }
    let isColumnMajor = try agreed("order of the axes") { $0.isColumnMajor } ?? false
    guard offset >= 0 else { throw .extentIsImpossible(file: file.name, claims: speaking) }
    guard file.byteCount > 0 else { throw .isEmpty(path: file.path) }

    guard let shape else {
      try checkSizesInName(nil)
      throw .shapeIsUnknown(
        file: file.name, claims: speaking, byteCount: file.byteCount,
        readings: RawGuesser(file, known: .init(type: type, order: order, offset: offset))
          .guesses(count: 3))
    }
    try checkSizesInName(shape)

    let size = try fittingSize(shape, type, isPacked: isPacked, offset: offset)
    var remarks: [String] = []
    if type == nil {
      remarks.append(
        size.isPacked
          ? "nothing names the voxel type; one bit a voxel is taken as PACKED_BINARY"
          : "nothing names the voxel type; \(size.type.byteCount) "
            + "\(size.type.byteCount == 1 ? "byte" : "bytes") a voxel are taken as "
            + size.type.rawValue)
    }
    var layout = RawLayout(
      shape: shape, voxelType: size.type,
      byteOrder: try byteOrder(of: size.type, shape, offset: offset), offset: offset)
    layout.isPacked = size.isPacked
    layout.isColumnMajor = isColumnMajor
    if !layout.isPacked, !layout.isColumnMajor { remarks += shapeWarnings(for: file, layout) }

    let (spacing, remark) = try spacing()
    return RawDescription(
      layout: layout, spacing: spacing, format: format,
      remarks: remarks + (remark.map { [$0] } ?? []))
  }

  /// What all that speak of it say, or `nil` where nobody does.
  private func agreed<Value: Hashable>(
    _ about: String, _ value: (RawClaim) -> Value?
  ) throws(RawError) -> Value? {
    let values = Set(claims.compactMap(value))
    guard values.count <= 1 else {
      throw .claimsDisagree(
        file: file.name, about: about, claims: speaking, byteCount: file.byteCount)
    }
    return values.first
  }

  private func checkSizesInName(_ shape: Shape3?) throws(RawError) {
    guard name.shapes.count > 1 else { return }
    if let shape, name.shapes.contains(shape) { return }
    throw .nameHasSeveralSizes(file: file.name, shapes: name.shapes, byteCount: file.byteCount)
  }

  /// The type that makes the file's size.
  private func fittingSize(
    _ shape: Shape3, _ type: VoxelType?, isPacked: Bool, offset: Int
  ) throws(RawError) -> SizeOfType {
    var candidates = (type.map { [$0] } ?? [.uint8, .uint16, .float32, .float64])
      .map { ($0, isPacked) }
    // Only PyHST's sidecars speak of packed voxels, and not all of them say it.
    if type == nil, case .sidecar(_, .pyHST)? = sidecar?.source {
      candidates.append((.uint8, true))
    }
    var sizes: [SizeOfType] = []
    for (candidate, isPacked) in candidates {
      guard
        let bytes = bytesNeeded(by: shape, of: candidate, isPacked: isPacked, after: offset)
      else { throw .extentIsImpossible(file: file.name, claims: speaking) }
      sizes.append(SizeOfType(type: candidate, byteCount: bytes, isPacked: isPacked))
    }
    guard let fitting = sizes.first(where: { $0.byteCount == file.byteCount }) else {
      throw .sizeDisagrees(
        file: file.name, claims: speaking, wanted: sizes, byteCount: file.byteCount)
    }
    return fitting
  }

  private func byteOrder(
    of type: VoxelType, _ shape: Shape3, offset: Int
  ) throws(RawError) -> ByteOrder {
    guard type.byteCount > 1 else { return .native }
    if let order = try agreed("byte order", { $0.byteOrder }) { return order }
    // The low byte first is what PyHST, CIL and numpy mean where they say nothing; only a sidecar
    // that describes the volume brings it.
    if sidecar != nil { return .little }
    let layout = RawLayout(shape: shape, voxelType: type, byteOrder: .little, offset: offset)
    throw .byteOrderIsUnknown(
      file: file.name, type: type, smoother: smootherByteOrder(of: file, layout))
  }

  private func spacing() throws(RawError) -> (VoxelSpacing?, remark: String?) {
    let said = Set(claims.filter { $0.source != .options }.compactMap(\.spacing))
    guard said.count <= 1 else {
      throw .claimsDisagree(
        file: file.name, about: "voxel size", claims: speaking, byteCount: file.byteCount)
    }
    let asked = claims.first { $0.source == .options }?.spacing
    guard let first = said.first, let asked, first != asked else {
      return (asked ?? said.first, nil)
    }
    return (
      asked,
      "the sidecar says a voxel of \(first.z) x \(first.y) x \(first.x) um; the options say "
        + "\(asked.z) x \(asked.y) x \(asked.x) um, which holds"
    )
  }

  private var format: String {
    guard case .sidecar(_, let kind)? = sidecar?.source else { return "raw" }
    return kind.formatName
  }
}
