import Components
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Layers that were labelled by themselves` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func volume(_ random: inout SeededRandom) -> (MemoryVolume, MemoryVolume) {
    let shape = Shape3(
      z: .random(in: 1...13, using: &random), y: .random(in: 1...11, using: &random),
      x: .random(in: 1...30, using: &random))
    let share = Double.random(in: 0.1...0.9, using: &random)
    let labels = (0..<shape.voxelCount).map { _ in
      Double.random(in: 0..<1, using: &random) < share ? UInt8(2) : 0
    }
    let greys = (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    return (MemoryVolume(shape, .uint8, labels), MemoryVolume(shape, .uint8, greys))
  }

  private func all(_ found: FoundComponents) throws -> ([Component], [UInt8]) {
    var components: [Component] = []
    try found.forEach { components.append($0) }
    let numbers = found.numberedVolume()
    return (components, try numbers.bytes(of: Region(numbers.volume.shape)))
  }

  @Test(arguments: ComponentConnectivity.allCases)
  func `are joined to the components of one search, with their numbers and sums`(
    connectivity: ComponentConnectivity
  ) throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = SeededRandom(seed: seed * 7 + UInt64(connectivity.rawValue))
      let (labels, greys) = volume(&random)
      let shape = labels.volume.shape
      var region = Region(shape)
      if seed % 3 == 0, shape.z > 2 { region.z = 1..<shape.z }
      var options = ComponentOptions(of: [2])
      options.connectivity = connectivity
      options.keepsVoxels = true
      options.memory = seed % 2 == 0 ? 1 << 24 : 1 << 16
      let scan = seed % 4 == 1 ? nil : greys
      let search = try ComponentSearch(labels, scan: scan, region: region, options)
      let whole = try all(try #require(try search.run()))
      // Cut anywhere.
      var ends = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        Int.random(in: region.z.lowerBound...region.z.upperBound, using: &random)
      }
      ends = ([region.z.lowerBound, region.z.upperBound] + ends).sorted()
      var paths: [String] = []
      for (start, end) in zip(ends, ends.dropFirst()) where start < end {
        let path = folder.file("\(seed)-\(start).layers")
        let part = try ComponentSearch(
          labels, scan: scan, region: region, layers: start..<end, options)
        #expect(try part.label(to: path))
        paths.append(path)
      }
      let joined = try all(try #require(try search.join(paths)))
      #expect(joined.0.map { "\($0)" } == whole.0.map { "\($0)" }, "seed \(seed)")
      #expect(joined.1 == whole.1, "seed \(seed)")
    }
  }

  @Test func `are refused where layers are missing or a byte is another`() throws {
    var random = SeededRandom(seed: 3)
    let (labels, _) = volume(&random)
    let shape = labels.volume.shape
    var options = ComponentOptions(of: [2])
    options.keepsVoxels = true
    let middle = shape.z / 2
    var paths: [String] = []
    for layers in [0..<middle, middle..<shape.z] {
      let path = folder.file("\(layers.lowerBound).layers")
      let part = try ComponentSearch(labels, layers: layers, options)
      #expect(try part.label(to: path))
      paths.append(path)
    }
    let search = try ComponentSearch(labels, options)
    #expect(try search.join(paths) != nil)
    for some in [[paths[0]], [paths[1]], [paths[1], paths[0]], [paths[0], paths[0], paths[1]]] {
      #expect { try search.join(some) } throws: { ($0 as? Explanation)?.kind == .damaged }
    }
    let whole = try contents(ofFile: paths[0])
    for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 300)) {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      try writeFileAtomically(paths[0], bytes)
      #expect(throws: Explanation.self, "byte \(place)") { try search.join(paths) }
    }
    for count in stride(from: 0, to: whole.count, by: max(1, whole.count / 100)) {
      try writeFileAtomically(paths[0], Array(whole.prefix(count)))
      #expect(throws: Explanation.self, "\(count) bytes") { try search.join(paths) }
    }
  }

  @Test func `leave nothing where they were stopped`() throws {
    var random = SeededRandom(seed: 4)
    let (labels, _) = volume(&random)
    let path = folder.file("a.layers")
    let search = try ComponentSearch(labels, ComponentOptions(of: [2]))
    #expect(try !search.label(to: path, isStopped: { true }))
    #expect(try names(inFolder: folder.path).isEmpty)
  }
}
