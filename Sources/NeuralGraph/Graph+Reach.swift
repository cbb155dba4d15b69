import VolumeCore

extension Graph {
  /// The input voxels on which the output voxels of `output` depend, as the box around them.
  ///
  /// Exact, by dependency intervals from the output back through every path. Coordinates are
  /// those of an unbounded volume whose first voxel is 0: the box may begin below zero and end
  /// behind the volume, where the network pads. Empty where nothing is asked for.
  public func inputRegion(neededFor output: Region) -> Region {
    guard !output.isEmpty else { return Region(z: 0..<0, y: 0..<0, x: 0..<0) }
    func range(_ axis: Axis, _ range: Range<Int>) -> Range<Int> {
      let needed = inputRange(neededFor: range.lowerBound...(range.upperBound - 1), along: axis)
      return needed.map { $0.lowerBound..<($0.upperBound + 1) } ?? 0..<0
    }
    return Region(z: range(.z, output.z), y: range(.y, output.y), x: range(.x, output.x))
  }

  /// How far an output voxel's dependency extends before and after that voxel, at most.
  ///
  /// A halo of that much makes a tile's result that of the whole volume, provided that the tile's
  /// input begins at a multiple of `totalStride`. For a network whose output is coarser or finer
  /// than its input, distances are from the input voxels that the output voxel covers.
  public var reach: (before: Shape3, after: Shape3) {
    var before = Shape3(cube: 0)
    var after = Shape3(cube: 0)
    let (up, down) = outputPerInput
    let stride = totalStride
    for axis in Axis.allCases {
      // Dependencies repeat after this many output voxels.
      let period = stride[axis] / down[axis] * up[axis]
      for position in 0..<period {
        guard let needed = inputRange(neededFor: position...position, along: axis) else { continue }
        let first = position * down[axis] / up[axis]
        let last = ((position + 1) * down[axis] + up[axis] - 1) / up[axis] - 1
        before[axis] = max(before[axis], first - needed.lowerBound)
        after[axis] = max(after[axis], needed.upperBound - last)
      }
    }
    return (before, after)
  }

  /// The span of input voxels, from the least to the greatest, that output voxels depend on.
  public var receptiveField: Shape3 {
    let (up, down) = outputPerInput
    let stride = totalStride
    return Shape3 { axis in
      (0..<(stride[axis] / down[axis] * up[axis])).reduce(0) { widest, position in
        let needed = inputRange(neededFor: position...position, along: axis)
        return max(widest, needed?.count ?? 0)
      }
    }
  }

  /// The same along one axis, which does not depend on the others; `nil` where nothing is needed.
  package func inputRange(
    neededFor range: ClosedRange<Int>, along axis: Axis
  ) -> ClosedRange<Int>? {
    var needed = [ClosedRange<Int>?](repeating: nil, count: nodes.count)
    needed[output] = range
    for index in nodes.indices.reversed() where index > 0 {
      let node = nodes[index]
      guard let own = needed[index],
        let range = node.operation.step(along: axis).positions(neededFor: own)
      else { continue }
      for input in node.inputs {
        needed[input] = needed[input].map { union($0, range) } ?? range
      }
    }
    return needed[0]
  }

  private func union(_ a: ClosedRange<Int>, _ b: ClosedRange<Int>) -> ClosedRange<Int> {
    min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }
}
