import VolumeCore

/// Components as they are defined: every voxel that can be reached, voxel by voxel.
struct Reference {
  /// The number of each voxel's component, in the order of first voxels; 0 outside.
  private(set) var numbers: [Int]
  private(set) var count = 0

  init(_ voxels: [UInt8], _ shape: Shape3, connectivity: Int, isInside: [Bool]) {
    numbers = [Int](repeating: 0, count: voxels.count)
    var steps: [Index3] = []
    for z in -1...1 {
      for y in -1...1 {
        for x in -1...1 {
          let length = abs(z) + abs(y) + abs(x)
          let isStep =
            switch connectivity {
            case 4: z == 0 && length == 1
            case 8: z == 0 && length > 0
            case 6: length == 1
            case 18: length == 1 || length == 2
            default: length > 0
            }
          if isStep { steps.append(Index3(z: z, y: y, x: x)) }
        }
      }
    }
    let all = Region(shape)
    func place(_ at: Index3) -> Int { (at.z * shape.y + at.y) * shape.x + at.x }
    for start in all.indices where isInside[Int(voxels[place(start)])] && numbers[place(start)] == 0
    {
      count += 1
      var waiting = [start]
      numbers[place(start)] = count
      while let at = waiting.popLast() {
        for step in steps {
          let next = Index3(z: at.z + step.z, y: at.y + step.y, x: at.x + step.x)
          guard all.contains(Region(origin: next, shape: Shape3(z: 1, y: 1, x: 1))),
            isInside[Int(voxels[place(next)])], numbers[place(next)] == 0
          else { continue }
          numbers[place(next)] = count
          waiting.append(next)
        }
      }
    }
  }
}
