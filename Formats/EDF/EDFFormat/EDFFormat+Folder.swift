import SystemIO
import VolumeCore
import VoxelFiles

extension EDFFormat {
  /// Opens a folder with one file for each layer; every slice's header is read and checked.
  func readerOfFolder(
    _ path: String, _ hints: OpeningHints
  ) throws(EDFError) -> FlatVolumeReader {
    let found: SliceFolder
    do {
      let all = try names(inFolder: path)
      if let reference = all.first(where: Self.isReference) {
        throw EDFError.holdsProjections(folder: path, reference: reference)
      }
      found = try SliceFolder(
        path, hints: hints, kinds: ".edf", isSlice: Self.isSlice, belongs: Self.isSidecar)
    } catch let error as EDFError {
      throw error
    } catch let error as SliceError {
      throw .folder(error)
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      throw .isNothing(path: path)
    }

    var first: (name: String, block: EDFBlock)?
    var segments: [FlatLayout.Segment] = []
    var remarks: [String] = []
    var sums: [UInt8] = []
    for name in found.slices.names {
      guard let name else {
        segments.append(.zeros(layers: 1))
        sums += Array("missing\n".utf8)
        continue
      }
      let file = try EDFFile(found.path(of: name), hints: hints)
      let block = file.blocks[0]
      guard file.blocks.count == 1, block.extent.z == 1 else {
        throw .sliceHasLayers(
          folder: found.path, slice: name,
          layers: file.blocks.reduce(0) { $0 + $1.extent.z })
      }
      if let first {
        guard block.form == first.block.form else {
          throw .sliceDiffers(
            folder: found.path, slice: name, is: block.form, first: first.name,
            was: first.block.form)
        }
      } else {
        first = (name, block)
        remarks = file.remarks
      }
      segments.append(block.segment)
      sums += Array("\(name) \(file.byteCount)\n".utf8)
    }
    guard let first else { throw .isNothing(path: path) }

    let extent = first.block.extent
    var volume = VolumeDescription(
      shape: Shape3(z: segments.count, y: extent.y, x: extent.x),
      voxelType: first.block.voxelType, format: "EDF folder")
    volume.remarks = found.remarks + remarks
    first.block.describePixel(in: &volume)
    let layout = FlatLayout(
      shape: volume.shape, voxelType: volume.voxelType, byteOrder: first.block.byteOrder,
      segments: segments)
    do {
      try hints.check(
        against: volume, byteOrder: layout.byteOrder, offset: first.block.segment.offset,
        file: fileName(ofPath: found.path))
    } catch {
      throw .option(error)
    }
    hints.applySpacing(to: &volume)
    let head = try fingerprint(ofFile: found.path(of: first.name))
    return FlatVolumeReader(
      layout, volume,
      fingerprint:
        "\(fileName(ofPath: found.path)) \(segments.count) slices \(fnv1a(sums)) \(head)")
  }

  /// Pictures of the beam and of the dark, which lie beside projections and never beside slices.
  private static func isReference(_ name: String) -> Bool {
    let name = name.lowercased()
    guard isSlice(name) else { return false }
    return name.hasPrefix("refhst") || name.hasPrefix("darkend") || name == "dark.edf"
  }

  /// What reconstruction lays beside its slices.
  private static func isSidecar(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".info", ".xml", ".par"].contains { name.hasSuffix($0) }
  }
}
