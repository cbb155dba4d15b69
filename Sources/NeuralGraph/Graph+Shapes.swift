import VolumeCore

extension Graph {
  /// The shape of each node's value for an input of `input`, after checking that there is one.
  public func shapes(forInput input: Shape3) throws(GraphError) -> [Shape3] {
    try check()
    var shapes: [Shape3] = []
    var channels: [Int] = []
    for node in nodes {
      var shape = input
      if let first = node.inputs.first {
        shape = shapes[first]
        for other in node.inputs where shapes[other] != shape {
          throw .shapesDisagree(node: node.name, first: shape, other: shapes[other])
        }
        for axis in Axis.allCases {
          guard let extent = node.operation.step(along: axis).extent(after: shape[axis]) else {
            throw .doesNotFit(node: node.name, input: shapes[first])
          }
          shape[axis] = extent
        }
      }
      guard shape.z > 0, shape.y > 0, shape.x > 0 else {
        throw .doesNotFit(node: node.name, input: shape)
      }
      let count = try node.channels(ofInputs: node.inputs.map { channels[$0] })
      // A value's bytes, as float32, must be a number.
      guard [shape.z, shape.y, shape.x].allSatisfy({ $0 <= Self.largestExtent }),
        let voxels = shape.checkedVoxelCount,
        !voxels.multipliedReportingOverflow(by: 4 * count).overflow
      else { throw .tooLarge(node: node.name, input: input) }
      shapes.append(shape)
      channels.append(count)
    }
    return shapes
  }
}
