import Components
import Synchronization
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Finding components` {
  private func found(
    _ volume: any VolumeReader, _ options: ComponentOptions, memory: Int, threads: Int,
    region: Region? = nil, scan: (any VolumeReader)? = nil
  ) throws -> (numbers: [UInt32], components: [Component]) {
    var options = options
    options.memory = memory
    options.threads = threads
    options.keepsVoxels = true
    let search = try ComponentSearch(volume, scan: scan, region: region, options)
    let found = try #require(try search.run())
    var components: [Component] = []
    try found.forEach { components.append($0) }
    #expect(components.count == found.count)
    #expect(components.map(\.number) == Array(1..<(found.count + 1)))
    let numbered = found.numberedVolume()
    // Numbers are labels, of which no mean is made.
    #expect(numbered.volume.classes == [])
    // In two boxes along each axis, as whoever writes it may ask for it.
    let shape = numbered.volume.shape
    var numbers = [UInt32](repeating: 99, count: shape.voxelCount)
    let box = Shape3(
      z: max(1, shape.z / 2), y: max(1, (shape.y + 1) / 2), x: max(1, shape.x / 2 + 1))
    for index in ChunkGrid(volume: shape, chunk: box).indices {
      let part = ChunkGrid(volume: shape, chunk: box).region(of: index)
      let bytes = try numbered.bytes(of: part)
      for (i, at) in part.indices.enumerated() {
        numbers[(at.z * shape.y + at.y) * shape.x + at.x] =
          unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)
      }
    }
    return (numbers, components)
  }

  @Test(arguments: ComponentConnectivity.allCases)
  func `is what can be reached, numbered by first voxels, whatever the cutting`(
    connectivity: ComponentConnectivity
  ) throws {
    for seed in 0..<25 as Range<UInt64> {
      var random = SeededRandom(seed: seed * 5 + UInt64(connectivity.rawValue))
      let shape = Shape3(
        z: .random(in: 1...9, using: &random), y: .random(in: 1...12, using: &random),
        x: .random(in: 1...40, using: &random))
      let share = Double.random(in: 0.05...0.95, using: &random)
      let voxels = (0..<shape.voxelCount).map { _ -> UInt8 in
        Double.random(in: 0..<1, using: &random) < share
          ? [2, 5, 254, 255].randomElement(using: &random) ?? 2 : 0
      }
      // 254 and 255 are no voxels of a class.
      var options = ComponentOptions(of: seed % 2 == 0 ? [2, 5] : [2])
      options.connectivity = connectivity
      let expected = Reference(
        voxels, shape, connectivity: connectivity.rawValue, isInside: options.isInside)
      let volume = MemoryVolume(shape, .uint8, voxels)
      for (memory, threads) in [(1 << 24, 1), (1 << 24, 3), (1, 2)] {
        let (numbers, components) = try found(
          volume, options, memory: max(memory, 1 << 18), threads: threads)
        #expect(numbers.map(Int.init) == expected.numbers, "seed \(seed)")
        check(components, against: expected, shape)
      }
    }
  }

  private func check(_ components: [Component], against reference: Reference, _ shape: Shape3) {
    var places = [[Index3]](repeating: [], count: reference.count)
    for (i, at) in Region(shape).indices.enumerated() where reference.numbers[i] > 0 {
      places[reference.numbers[i] - 1].append(at)
    }
    for (component, voxels) in zip(components, places) {
      let n = Double(voxels.count)
      func bounds(_ axis: [Int]) -> Range<Int> { (axis.min() ?? 0)..<((axis.max() ?? -1) + 1) }
      #expect(component.voxels == voxels.count && component.first == voxels[0])
      let (z, y, x) = (voxels.map(\.z), voxels.map(\.y), voxels.map(\.x))
      #expect(component.box.z == bounds(z))
      #expect(component.box.y == bounds(y))
      #expect(component.box.x == bounds(x))
      #expect(abs(component.centroid.x - Double(x.reduce(0, +)) / n) < 1e-9)
      #expect(abs(component.centroid.z - Double(z.reduce(0, +)) / n) < 1e-9)
      func covariance(_ a: [Int], _ b: [Int]) -> Double {
        let (ma, mb) = (Double(a.reduce(0, +)) / n, Double(b.reduce(0, +)) / n)
        return zip(a, b).reduce(0) { $0 + (Double($1.0) - ma) * (Double($1.1) - mb) } / n
      }
      let expected = [
        covariance(z, z), covariance(y, y), covariance(x, x), covariance(z, y), covariance(z, x),
        covariance(y, x),
      ]
      for (a, b) in zip(component.covariance, expected) { #expect(abs(a - b) < 1e-9) }
      let meets = { (axis: [Int], extent: Int) in axis.contains(0) || axis.contains(extent - 1) }
      let isFlat = component.surface(nil) == nil
      #expect(
        component.touchesBorder
          == (meets(y, shape.y) || meets(x, shape.x) || (meets(z, shape.z) && !isFlat)))
    }
  }

  @Test func `ends at a region's faces, and places stay those of the volume`() throws {
    let shape = Shape3(z: 6, y: 7, x: 9)
    let volume = MemoryVolume(shape, .uint8, [UInt8](repeating: 3, count: shape.voxelCount))
    let region = Region(z: 2..<5, y: 1..<4, x: 3..<9)
    let (numbers, components) = try found(
      volume, ComponentOptions(of: [3]), memory: 1 << 20, threads: 2, region: region)
    #expect(numbers == [UInt32](repeating: 1, count: region.voxelCount))
    let one = try #require(components.first)
    #expect(one.box == region && one.first == region.origin && one.touchesBorder)
    #expect(one.centroid == (3, 2, 5.5))
  }

  @Test(arguments: [VoxelType.uint8, .uint16, .float32])
  func `knows the mean grey of each`(type: VoxelType) throws {
    let shape = Shape3(z: 3, y: 5, x: 11)
    var random = SeededRandom(seed: 4)
    let voxels = (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...1, using: &random) }
    let greys = (0..<shape.voxelCount).map { _ in Int.random(in: 0...200, using: &random) }
    let bytes = greys.flatMap { grey -> [UInt8] in
      switch type {
      case .uint8: [UInt8(grey)]
      case .uint16: [UInt8(grey), 0]
      default: unsafe withUnsafeBytes(of: Float(grey) + 0.5) { unsafe [UInt8]($0) }
      }
    }
    let (numbers, components) = try found(
      MemoryVolume(shape, .uint8, voxels), ComponentOptions(of: [1]), memory: 1 << 18, threads: 2,
      scan: MemoryVolume(shape, type, bytes))
    for component in components {
      let own = zip(numbers, greys).filter { Int($0.0) == component.number }.map(\.1)
      let mean = Double(own.reduce(0, +)) / Double(own.count) + (type == .float32 ? 0.5 : 0)
      #expect(abs((component.meanGrey ?? -1) - mean) < 1e-9)
    }
  }

  @Test func `an empty class has no components`() throws {
    let shape = Shape3(z: 2, y: 3, x: 4)
    let (numbers, components) = try found(
      MemoryVolume(shape, .uint8, [UInt8](repeating: 0, count: 24)), ComponentOptions(of: [7]),
      memory: 1 << 20, threads: 2)
    #expect(numbers.allSatisfy { $0 == 0 } && components.isEmpty)
  }

  @Test func `what cannot be read ends the search, and nobody waits`() throws {
    let shape = Shape3(z: 300, y: 8, x: 8)
    let volume = BrokenVolume(shape)
    var options = ComponentOptions(of: [1])
    options.threads = 4
    options.memory = 1 << 18
    let search = try ComponentSearch(volume, options)
    #expect(throws: Explanation.self) { _ = try search.run() }
  }

  @Test func `stops when it is asked to`() throws {
    let shape = Shape3(z: 4, y: 8, x: 8)
    let volume = MemoryVolume(shape, .uint8, [UInt8](repeating: 1, count: shape.voxelCount))
    #expect(try ComponentSearch(volume, ComponentOptions(of: [1])).run(isStopped: { true }) == nil)
  }
}

/// A volume whose later layers cannot be read.
private final class BrokenVolume: VolumeReader {
  let volume: VolumeDescription
  var fingerprint: String { "broken" }
  init(_ shape: Shape3) {
    volume = VolumeDescription(shape: shape, voxelType: .uint8, format: "broken")
  }
  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    guard region.z.upperBound > 100 else { return }
    throw VolumeReadError(
      region: region, reason: Explanation(.damaged, "a sector is gone", remedy: "copy it again"))
  }
}
