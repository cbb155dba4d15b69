import SystemIO
import VolumeCore

/// What a raw file is, once all that is said of it has been brought together and found to agree.
struct RawDescription {
  var layout: RawLayout
  var spacing: VoxelSpacing?
  var format: String
  var remarks: [String] = []
}

/// Brings together what the sidecar, the name and the options say of `file`.
///
/// - Parameters:
///   - claims: all sources, silent ones too.
///   - name: the parsed name, whose several sizes may still be decided.
func reconcile(
  _ claims: [RawClaim], name: RawFileName, file: RawFile
) throws(RawError) -> RawDescription {
  let speaking = claims.filter { !$0.isSilent }
  for claim in speaking {
    if case .foreign(let type) = claim.type {
      throw .typeIsNotRead(file: file.name, type: type, claim: claim)
    }
  }
  func agreed<Value: Hashable>(
    _ about: String, _ value: (RawClaim) -> Value?
  ) throws(RawError) -> Value? {
    let values = Set(speaking.compactMap(value))
    guard values.count <= 1 else {
      throw .claimsDisagree(
        file: file.name, about: about, claims: speaking, byteCount: file.byteCount)
    }
    return values.first
  }

  let shape = try agreed("shape") { $0.shape }
  let type = try agreed("voxel type") { $0.type?.voxelType }
  let offset = try agreed("offset") { $0.offset } ?? 0
  let order = type == .uint8 ? nil : try agreed("byte order") { $0.byteOrder }
  guard offset >= 0 else { throw .extentIsImpossible(file: file.name, claims: speaking) }
  guard file.byteCount > 0 else { throw .isEmpty(path: file.path) }

  guard let shape else {
    if name.shapes.count > 1 {
      throw .nameHasSeveralSizes(
        file: file.name, shapes: name.shapes, byteCount: file.byteCount)
    }
    let readings = RawReading.likeliest(of: file, type: type, byteOrder: order, offset: offset)
    throw .shapeIsUnknown(
      file: file.name, claims: speaking, byteCount: file.byteCount, readings: readings)
  }
  if name.shapes.count > 1, !name.shapes.contains(shape) {
    throw .nameHasSeveralSizes(file: file.name, shapes: name.shapes, byteCount: file.byteCount)
  }
  guard shape.z > 0, shape.y > 0, shape.x > 0 else {
    throw .extentIsImpossible(file: file.name, claims: speaking)
  }

  var remarks: [String] = []
  var sizes: [SizeOfType] = []
  for candidate in type.map({ [$0] }) ?? VoxelType.computed {
    guard let bytes = bytesNeeded(by: shape, of: candidate, after: offset) else {
      throw .extentIsImpossible(file: file.name, claims: speaking)
    }
    sizes.append(SizeOfType(type: candidate, byteCount: bytes))
  }
  guard let fitting = sizes.first(where: { $0.byteCount == file.byteCount }) else {
    throw .sizeDisagrees(
      file: file.name, claims: speaking, wanted: sizes, byteCount: file.byteCount)
  }
  if type == nil {
    remarks.append(
      "nothing names the voxel type; \(fitting.type.byteCount) "
        + "\(fitting.type.byteCount == 1 ? "byte" : "bytes") a voxel are taken as "
        + fitting.type.rawValue)
  }

  let sidecar = claims.first {
    if case .sidecar = $0.source { $0.shape != nil } else { false }
  }
  var byteOrder = fitting.type == .uint8 ? .native : try agreed("byte order") { $0.byteOrder }
  // PyHST's default is the low byte first; only a sidecar that describes the volume brings it.
  if byteOrder == nil, sidecar != nil { byteOrder = .little }
  guard let byteOrder else {
    let layout = RawLayout(
      shape: shape, voxelType: fitting.type, byteOrder: .little, offset: offset)
    throw .byteOrderIsUnknown(
      file: file.name, type: fitting.type, smoother: smootherByteOrder(of: file, layout))
  }
  let layout = RawLayout(
    shape: shape, voxelType: fitting.type, byteOrder: byteOrder, offset: offset)
  remarks += shapeWarnings(for: file, layout)

  let said = claims.filter { $0.source != .options }.compactMap(\.spacing).first
  let asked = claims.first { $0.source == .options }?.spacing
  if let said, let asked, said != asked {
    remarks.append(
      "the sidecar says a voxel of \(said.z) x \(said.y) x \(said.x) um; the options say "
        + "\(asked.z) x \(asked.y) x \(asked.x) um, which holds")
  }
  return RawDescription(
    layout: layout, spacing: asked ?? said, format: sidecar == nil ? "raw" : "raw (PyHST)",
    remarks: remarks)
}
