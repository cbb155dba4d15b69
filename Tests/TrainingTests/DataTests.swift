import EngineCore
import Testing
import Training
import VolumeCore
import VolumeTesting

@Suite struct `An annotated scan` {
  static let window = Normalisation(low: 0, high: 255, clips: false)

  static func open(
    _ shape: Shape3, labels: Shape3, type: VoxelType = .uint8, layers: [Int]? = nil
  ) throws -> AnnotatedScan {
    try AnnotatedScan(
      name: "scan", scan: MemoryVolume.scan(shape, seed: 1),
      labels: MemoryVolume(
        labels, type, [UInt8](repeating: 0, count: labels.voxelCount * type.byteCount)),
      normalisation: window, layers: layers)
  }

  @Test func `goes on mirrored outside`() throws {
    let shape = Shape3(z: 3, y: 4, x: 5)
    let scan = try Self.open(shape, labels: shape)
    let all = try scan.voxels(Region(shape))
    let box = Region(z: -2..<4, y: -3..<6, x: -4..<9)
    let far = try scan.voxels(box)
    func inside(_ i: Int, _ n: Int) -> Int { i < 0 ? -i : i < n ? i : 2 * (n - 1) - i }
    for (place, at) in box.indices.enumerated() {
      let source = (inside(at.z, 3) * 4 + inside(at.y, 4)) * 5 + inside(at.x, 5)
      #expect(far[place] == all[source])
    }
    // Farther than the volume is wide.
    #expect(try scan.voxels(Region(z: 0..<1, y: 0..<1, x: 16..<17))[0] == all[0])
  }

  @Test func `takes labels of the annotated layers alone`() throws {
    let shape = Shape3(z: 9, y: 2, x: 2)
    let labels = MemoryVolume(Shape3(z: 2, y: 2, x: 2), .uint8, [1, 1, 1, 1, 2, 2, 2, 2])
    let scan = try AnnotatedScan(
      name: "scan", scan: MemoryVolume.scan(shape, seed: 1), labels: labels,
      normalisation: Self.window, layers: [7, 3])
    let map = TrainingCases.classes
    let all = try scan.labels(Region(shape), within: Region(shape), map.table)
    #expect(all[28..<32].allSatisfy { $0 == 1 })
    #expect(all[12..<16].allSatisfy { $0 == 2 })
    #expect(all.filter { $0 == 255 }.count == 7 * 4)
  }

  @Test func `refuses labels of another shape, labels with a fraction, layers outside`() throws {
    let shape = Shape3(z: 4, y: 6, x: 8)
    #expect(
      throws: TrainingDataError.shapesDisagree(
        scan: "scan", shape: shape, labels: Shape3(z: 4, y: 8, x: 6), layers: nil)
    ) { try Self.open(shape, labels: Shape3(z: 4, y: 8, x: 6)) }
    #expect(
      throws: TrainingDataError.shapesDisagree(
        scan: "scan", shape: shape, labels: Shape3(z: 2, y: 6, x: 8), layers: 3)
    ) { try Self.open(shape, labels: Shape3(z: 2, y: 6, x: 8), layers: [0, 1, 2]) }
    #expect(throws: TrainingDataError.labelsAreNotWhole(scan: "scan", type: .float32)) {
      try Self.open(shape, labels: shape, type: .float32)
    }
    #expect(throws: TrainingDataError.layerOutside(scan: "scan", layer: 4, layers: 4)) {
      try Self.open(shape, labels: shape, layers: [1, 4])
    }
    #expect(throws: TrainingDataError.layerTwice(scan: "scan", layer: 1)) {
      try Self.open(shape, labels: shape, layers: [1, 1])
    }
  }
}

@Suite struct `Parts` {
  @Test func `that share voxels are refused`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 4, y: 8, x: 8))
    var (training, validation) = (Region(scan.shape), Region(scan.shape))
    training.z = 0..<3
    validation.z = 2..<4
    var shared = validation
    shared.z = 2..<3
    #expect(
      throws: TrainingDataError.partsOverlap(
        scan: "scan", training: training, validation: validation, shared: shared)
    ) {
      try Partition(
        [scan], training: [DataPart(scan: 0, region: training)],
        validation: [DataPart(scan: 0, region: validation)])
    }
  }

  @Test func `outside the scan or without annotation are refused`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 4, y: 8, x: 8), layers: [1])
    let far = Region(z: 0..<5, y: 0..<8, x: 0..<8)
    #expect(throws: TrainingDataError.partOutside(scan: "scan", part: far, shape: scan.shape)) {
      try Partition([scan], training: [DataPart(scan: 0, region: far)], validation: [])
    }
    let bare = Region(z: 2..<4, y: 0..<8, x: 0..<8)
    #expect(throws: TrainingDataError.partIsEmpty(scan: "scan", part: bare, layers: [1])) {
      try Partition([scan], training: [DataPart(scan: 0, region: bare)], validation: [])
    }
    #expect(throws: TrainingDataError.noSuchScan(number: 3, scans: 1)) {
      try Partition([scan], training: [DataPart(scan: 2, region: bare)], validation: [])
    }
  }

  @Test func `are what the others leave`() {
    let whole = Region(Shape3(z: 10, y: 4, x: 6))
    var middle = whole
    middle.z = 3..<5
    let left = Partition.rest(of: whole, without: [middle])
    #expect(left.map(\.z) == [0..<3, 5..<10])
    var end = whole
    end.z = 8..<10
    #expect(Partition.rest(of: whole, without: [middle, end]).map(\.z) == [0..<3, 5..<8])
    #expect(Partition.rest(of: whole, without: [whole]).isEmpty)
    #expect(Partition.rest(of: whole, without: []) == [whole])
    var corner = end
    corner.x = 0..<2
    #expect(Partition.rest(of: whole, without: [corner]).isEmpty)
  }

  @Test func `are kept aside whole`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 1, y: 64, x: 40))
    let part = DataPart(scan: 0, region: Region(scan.shape))
    let cut = try #require(Partition.keepingAside(0.25, of: part, in: scan, step: 8))
    #expect(cut.training.region.y == 0..<48 && cut.validation.region.y == 48..<64)
    #expect(cut.training.region.x == 0..<40)
  }
}

@Suite struct `The statistics of a training` {
  @Test func `count every voxel once`() throws {
    let setup = try TrainingCases.setup(TrainingCases.recipe)
    let part = setup.partition.training[0].region
    var counts = [0, 0, 0]
    for at in part.indices { counts[Int(TrainingCases.kind(at))] += 1 }
    #expect(setup.statistics.voxels == counts)
    #expect(setup.statistics.greyHistogram.reduce(0, +) == part.voxelCount)
    #expect(abs(setup.statistics.means[1] - 210.0 / 255) < 0.01)
    // Uniform noise of ±20 has a deviation of 12 grey levels, and its neighbours are not alike.
    #expect(setup.statistics.noiseCorrelation < 0.1)
  }

  @Test func `refuse values beyond the classes, with the place`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 1, y: 32, x: 32))
    let two = ClassMap(LabelClass.unnamed(count: 2))
    let whole = Region(scan.shape)
    let first = try #require(whole.indices.first { TrainingCases.kind($0) == 2 })
    let partition = try Partition(
      [scan], training: [DataPart(scan: 0, region: whole)], validation: [])
    let expected = TrainingDataError.labelIsNoClass(
      scan: "scan", value: 2, at: first, classes: [0, 1]
    ).explanation
    #expect(throws: expected) {
      try TrainingSetup(
        scans: [scan], partition: partition, map: two, recipe: TrainingCases.recipe,
        graph: TrainingCases.network(classes: 2))
    }
  }

  @Test func `refuse a class that never occurs`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 1, y: 32, x: 32))
    let four = ClassMap(LabelClass.unnamed(count: 4))
    let partition = try Partition(
      [scan], training: [DataPart(scan: 0, region: Region(scan.shape))], validation: [])
    let expected = TrainingDataError.classIsMissing(name: "class 3", value: 3, voxels: 1024)
      .explanation
    #expect(throws: expected) {
      try TrainingSetup(
        scans: [scan], partition: partition, map: four, recipe: TrainingCases.recipe,
        graph: TrainingCases.network(classes: 4))
    }
  }
}
