import Annotation
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A palette of labels` {
  static let classes = [
    LabelClass(value: 3, name: "pore", colour: [9, 9, 9, 255]),
    LabelClass(value: 1, name: "fibre", colour: [255, 255, 255, 255]),
    LabelClass(value: 2, name: "resin", colour: [9, 9, 9, 255]),
  ]

  @Test func `has no colour twice, and white and black for 255 and 254`() {
    let palette = LabelPalette(Self.classes)
    #expect(palette.entries.map(\.value) == [1, 2, 3, 254, 255])
    #expect(Set(palette.entries.map(\.colour)).count == 5)
    #expect(palette.entries[1].colour == [9, 9, 9])
    #expect(
      palette.entries[3].colour == [0, 0, 0] && palette.entries[4].colour == [255, 255, 255])
  }

  @Test func `gives back the labels that it was given`() throws {
    let palette = LabelPalette(Self.classes)
    var random = SeededRandom(seed: 1)
    let values: [UInt8] = [1, 2, 3, 254, 255]
    let labels = (0..<60).map { _ in values.randomElement(using: &random) ?? 1 }
    var pixels: [UInt8] = []
    for place in try palette.places(of: labels, width: 10) {
      pixels += palette.entries[Int(place)].colour + [255]
    }
    #expect(try palette.labels(ofRGBA: pixels, width: 10) == labels)
  }

  @Test func `names the pixel that is wrong`() throws {
    let palette = LabelPalette(Self.classes)
    var pixels = [UInt8](repeating: 255, count: 4 * 12)
    pixels[4 * 7] = 250
    #expect(
      throws: LabelPalette.Fault.unknownColour(
        row: 1, column: 3, colour: [250, 255, 255], nearest: "not annotated")
    ) { try palette.labels(ofRGBA: pixels, width: 4) }
    pixels[4 * 6 + 3] = 254
    #expect(throws: LabelPalette.Fault.notOpaque(row: 1, column: 2, alpha: 254)) {
      try palette.labels(ofRGBA: pixels, width: 4)
    }
    #expect(throws: LabelPalette.Fault.unknownLabel(row: 2, column: 0, label: 8)) {
      try palette.places(of: [1, 1, 1, 1, 8], width: 2)
    }
  }
}

@Suite struct `Interpolated layers` {
  @Test(arguments: 0..<8)
  func `measure squared distances as trying all pixels does`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let (height, width) = (Int.random(in: 1...9, using: &random), 1 + Int(seed))
    var isThere = (0..<(height * width)).map { _ in Int.random(in: 0..<6, using: &random) == 0 }
    isThere[Int.random(in: 0..<isThere.count, using: &random)] = true
    let expected = isThere.indices.map { i in
      isThere.indices.filter { isThere[$0] }.map { j in
        let (y, x) = (i / width - j / width, i % width - j % width)
        return y * y + x * x
      }.min()
    }
    #expect(LayerInterpolation.squares(isThere, height, width).map { $0 } == expected)
  }

  /// A disc of class 1 in class 0.
  private func disc(_ row: Double, _ column: Double, radius: Double, edge: Int) -> [UInt8] {
    (0..<(edge * edge)).map { i in
      let (y, x) = (Double(i / edge) - row, Double(i % edge) - column)
      return y * y + x * x <= radius * radius ? 1 : 0
    }
  }

  @Test func `follow a cylinder that drifts`() {
    let edge = 80
    let between = LayerInterpolation(
      disc(40, 30, radius: 15, edge: edge), disc(40, 40, radius: 15, edge: edge), width: edge)
    for step in 0...10 {
      let share = Double(step) / 10
      let truth = disc(40, 30 + 10 * share, radius: 15, edge: edge)
      let found = between.labels(at: Float(share))
      let both = zip(truth, found).count { $0 == 1 && $1 == 1 }
      let either = zip(truth, found).count { $0 == 1 || $1 == 1 }
      #expect(Double(both) / Double(either) > 0.92, "at \(share)")
    }
    // Halfway the sum of distances from both middles is twice the radius: an ellipse with these foci.
    let shorter: Double = (15.0 * 15 - 5 * 5).squareRoot()
    let ellipse = 3.14159265 * 15 * shorter
    let area = between.labels(at: 0.5).count { $0 == 1 }
    #expect(abs(Double(area) / ellipse - 1) < 0.02)
    #expect(between.labels(at: 0) == disc(40, 30, radius: 15, edge: edge))
    #expect(between.labels(at: 1) == disc(40, 40, radius: 15, edge: edge))
  }

  @Test func `grow and shrink as radii do`() {
    let edge = 61
    let between = LayerInterpolation(
      disc(30, 30, radius: 8, edge: edge), disc(30, 30, radius: 20, edge: edge), width: edge)
    let area = between.labels(at: 0.5).count { $0 == 1 }
    #expect(abs((Double(area) / 3.14159265).squareRoot() - 14) < 0.3)
  }

  @Test func `keep what is not annotated and what is outside`() {
    let layer: [UInt8] = [255, 255, 1, 1, 254, 254]
    #expect(LayerInterpolation(layer, layer, width: 3).labels(at: 0.4) == layer)
  }
}

@Suite struct `Patched volumes` {
  @Test(arguments: [true, false])
  func `are the base with some layers replaced`(hasBase: Bool) throws {
    let shape = Shape3(z: 6, y: 5, x: 7)
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 4)
    let bytes = (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...3, using: &random) }
    var expected = hasBase ? bytes : Array(repeating: 255, count: bytes.count)
    let patches = try LayerPatches([4, 1], of: shape, scratchFolder: folder.path)
    for z in [1, 4] {
      let layer = (0..<35).map { UInt8($0 + z) }
      try patches.write(layer, layer: z)
      expected.replaceSubrange((z * 35)..<(z * 35 + 35), with: layer)
    }
    let volume = PatchedVolume(
      VolumeDescription(shape: shape, voxelType: .uint8, format: "memory"),
      base: hasBase ? MemoryVolume(shape, .uint8, bytes) : nil, patches)
    expectConformance(of: volume, type: .uint8, shape: shape, bytes: expected)
  }
}
