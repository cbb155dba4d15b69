import Quantification
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A tally of labels` {
  static let parts: [(Shape3, Region)] = [
    (Shape3(z: 7, y: 9, x: 11), Region(Shape3(z: 7, y: 9, x: 11))),
    (Shape3(z: 70, y: 40, x: 300), Region(z: 3..<12, y: 5..<40, x: 17..<280)),
    (Shape3(z: 1, y: 600, x: 33), Region(z: 0..<1, y: 0..<600, x: 0..<33)),
    (Shape3(z: 3, y: 20_000, x: 4), Region(z: 1..<2, y: 100..<19_000, x: 1..<3)),
  ]

  @Test(arguments: parts)
  func `counts what plain loops count`(volume: Shape3, region: Region) {
    let labels = Fields.noise(region.shape, classes: 4, seed: 5)
    var tally = LabelTally(of: region, in: volume, classes: [0, 2, 3])
    tally.count(unsafe labels.span.bytes)
    #expect(tally == referenceTally(labels, of: region, in: volume, classes: [0, 2, 3]))
    for item in tally.classes {
      for sums in [item.z, item.y, item.x, item.cells] {
        #expect(sums.reduce(0, +) == item.count)
      }
    }
  }

  @Test func `of parts adds up to that of the whole, in any order`() {
    let volume = Shape3(z: 37, y: 45, x: 130)
    let labels = Fields.noise(volume, classes: 3, seed: 6)
    var whole = LabelTally(of: Region(volume), in: volume, classes: [0, 1, 2])
    whole.count(unsafe labels.span.bytes)
    var sum = LabelTally(of: Region(volume), in: volume, classes: [0, 1, 2])
    let grid = ChunkGrid(volume: volume, chunk: Shape3(z: 10, y: 17, x: 49))
    for index in grid.indices.reversed() {
      let region = grid.region(of: index)
      var bytes = [UInt8](repeating: 0, count: region.voxelCount)
      var span = bytes.mutableSpan
      var destination = unsafe span.mutableBytes
      copyVoxels(
        region, from: unsafe labels.span.bytes, of: Region(volume), to: &destination, of: region,
        width: 1)
      var part = LabelTally(of: region, in: volume, classes: [0, 1, 2])
      part.count(unsafe bytes.span.bytes)
      sum.add(part)
    }
    #expect(sum == whole)
  }

  @Test func `keeps few cells of any volume`() {
    for shape in [Shape3(z: 2048, y: 1766, x: 9000), Shape3(z: 1, y: 1, x: 1)] {
      let count = CellGrid(shape).count
      #expect(max(count.z, count.y, count.x) <= CellGrid.most)
      #expect(max(count.z, count.y, count.x) > CellGrid.most / 2 || shape.voxelCount == 1)
    }
  }
}

@Suite struct `Grey histograms` {
  static let box = Region(z: 2..<5, y: 1..<9, x: 3..<40)
  static let part = Region(z: 3..<5, y: 2..<8, x: 4..<37)

  @Test(arguments: [VoxelType.uint8, .uint16, .float32])
  func `count each class's greys as plain loops do`(type: VoxelType) {
    let labels = Fields.noise(Self.box.shape, classes: 3, seed: 1)
    var greys = Fields.noise(
      Shape3(z: 1, y: type.byteCount, x: Self.box.voxelCount), classes: 256, seed: 2)
    if type == .float32 {
      greys = (0..<Self.box.voxelCount).flatMap { index -> [UInt8] in
        let value: Float = index % 17 == 0 ? .nan : Float(index % 301) - 20
        return unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
      }
    }
    let bins = GreyBins(type, low: type == .uint16 ? 0 : -3, high: type == .uint16 ? 65535 : 250)
    var histograms = GreyHistograms(bins, classes: [0, 2])
    histograms.count(
      Self.part, labels: unsafe labels.span.bytes, of: Self.box,
      greys: unsafe greys.span.bytes, of: Self.box)
    var expected = [0: [Int](repeating: 0, count: 256), 2: [Int](repeating: 0, count: 256)]
    for index in Self.part.indices {
      let at = index.place(in: Self.box)
      let value = Float(unsafe type.value(greys.span.bytes, at: at))
      if let bin = bins.bin(value) { expected[Int(labels[at])]?[bin] += 1 }
    }
    #expect(histograms.histogram(of: 0) == expected[0])
    #expect(histograms.histogram(of: 2) == expected[2])
    #expect(histograms.histogram(of: 1) == [])
  }

  @Test(arguments: [VoxelType.uint8, .uint16, .float32], [2, 9])
  func `count many voxels as few, of few classes and of many`(type: VoxelType, classes: Int) {
    let box = Region(z: 0..<2, y: 0..<70, x: 0..<2105)
    let part = Region(z: 1..<2, y: 2..<70, x: 3..<2100)
    let labels = Fields.noise(box.shape, classes: classes + 1, seed: 3)
    var greys = Fields.noise(
      Shape3(z: 1, y: type.byteCount, x: box.voxelCount), classes: 256, seed: 4)
    if type == .float32 {
      greys = (0..<box.voxelCount).flatMap { index -> [UInt8] in
        let value: Float = index % 1701 == 0 ? .nan : Float(index % 301) - 20
        return unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
      }
    }
    let bins = GreyBins(type, low: type == .uint16 ? 100 : -3, high: type == .uint16 ? 6e4 : 250)
    func count(_ parts: [Region]) -> GreyHistograms {
      var histograms = GreyHistograms(bins, classes: Array(0..<classes))
      for part in parts {
        histograms.count(
          part, labels: unsafe labels.span.bytes, of: box, greys: unsafe greys.span.bytes, of: box)
      }
      return histograms
    }
    // Of the single rows' few voxels each is counted by itself.
    let rows = part.y.flatMap { y in
      stride(from: part.x.lowerBound, to: part.x.upperBound, by: 100).map { x in
        Region(z: part.z, y: y..<(y + 1), x: x..<min(x + 100, part.x.upperBound))
      }
    }
    let whole = count([part])
    #expect(whole == count(rows))
    let all = (0..<classes).reduce(0) { $0 + whole.histogram(of: $1).reduce(0, +) }
    #expect(all > part.voxelCount / 2 && all < part.voxelCount)
  }

  @Test func `of bytes have the values as bins, and others the window`() {
    #expect(GreyBins(.uint8, low: 3, high: 9).middle(of: 7) == 7)
    #expect(GreyBins(.float32, low: -1, high: 1).middle(of: 0) == -0.99609375)
    #expect(GreyBins(.float32, low: -1, high: 1).bin(.nan) == nil)
    #expect(GreyBins(.float32, low: -1, high: 1).bin(7) == 255)
    #expect(GreyBins(.float32, low: 2, high: 2).bin(7) == 0)
  }
}

extension Index3 {
  /// Voxels before this one in `box`, in C order.
  fileprivate func place(in box: Region) -> Int {
    ((z - box.z.lowerBound) * box.y.count + y - box.y.lowerBound) * box.x.count + x
      - box.x.lowerBound
  }
}
