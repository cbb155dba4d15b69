import VolumeCore

/// The XML that tells ParaView what a dataset is: cells of a regular grid.
///
/// Specification: https://www.xdmf.org/index.php/XDMF_Model_and_Format.
struct XDMF {
  /// The text.
  let text: String

  /// - Parameter file: the name of the HDF5 file, which lies beside.
  init(_ volume: VolumeDescription, file: String, dataset: String) {
    let shape = volume.shape
    let spacing = volume.spacing ?? VoxelSpacing(cube: 1)
    let first = volume.position ?? PhysicalPosition(z: 0, y: 0, x: 0)
    // The grid's origin is a corner; a volume's position is the middle of a voxel.
    let corner = [
      first.z - spacing.z / 2, first.y - spacing.y / 2, first.x - spacing.x / 2,
    ].map { "\($0)" }.joined(separator: " ")
    let edges = "\(spacing.z) \(spacing.y) \(spacing.x)"
    let unit = volume.spacing == nil ? "voxels" : "micrometres"
    let place = Self.escaped("\(file):\(dataset)")
    let name = Self.escaped(dataset.split(separator: "/").last.map(String.init) ?? "volume")
    text = """
      <?xml version="1.0"?>
      <!DOCTYPE Xdmf SYSTEM "Xdmf.dtd" []>
      <Xdmf Version="2.0">
        <Domain>
          <Grid Name="\(name)" GridType="Uniform">
            <Information Name="unit of length" Value="\(unit)"/>
            <Topology TopologyType="3DCoRectMesh" Dimensions="\(shape.z + 1) \(shape.y + 1) \(shape.x + 1)"/>
            <Geometry GeometryType="ORIGIN_DXDYDZ">
              <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">\(corner)</DataItem>
              <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">\(edges)</DataItem>
            </Geometry>
            <Attribute Name="\(name)" AttributeType="Scalar" Center="Cell">
              <DataItem Dimensions="\(shape.z) \(shape.y) \(shape.x)" \(Self.numbers(volume.voxelType)) Format="HDF">\(place)</DataItem>
            </Attribute>
          </Grid>
        </Domain>
      </Xdmf>

      """
  }

  private static func numbers(_ type: VoxelType) -> String {
    let width = type.byteCount
    let kind =
      type.isFloatingPoint
      ? "Float" : width == 1 ? (type.isSigned ? "Char" : "UChar") : type.isSigned ? "Int" : "UInt"
    return "NumberType=\"\(kind)\" Precision=\"\(width)\""
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }
}
