import Pictures
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A picture of a segmentation` {
  static let classes = [
    LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
    LabelClass(value: 1, name: "fibre", colour: [0, 100, 200, 255]),
    LabelClass(value: 2, name: "porosity", colour: [240, 228, 66, 255]),
  ]

  @Test func `maps the window to black and white`() {
    let layer = GreyLayer(width: 4, height: 1, values: [-5, 10, 15, 99])
    let picture = layer.picture(window: GreyWindow(low: 10, high: 20))
    #expect((0..<4).map { picture[0, $0].red } == [0, 0, 128, 255])
  }

  @Test func `reads voxels of every type`() {
    #expect(
      GreyLayer(width: 2, height: 1, voxelType: .uint16, bytes: [1, 2, 0, 1]).values == [513, 256])
    #expect(
      GreyLayer(width: 1, height: 1, voxelType: .float32, bytes: [0, 0, 0x80, 0x3F]).values == [1])
    #expect(GreyLayer(width: 2, height: 1, voxelType: .uint8, bytes: [7, 9]).values == [7, 9])
  }

  @Test func `fits the window to most values and not to the hottest`() {
    var values = (0..<10_000).map { Float($0 % 100) }
    values[17] = 1e9
    values[18] = .nan
    let window = GreyWindow(fitting: GreyLayer(width: 100, height: 100, values: values))
    #expect(window.low <= 1 && window.high >= 98 && window.high <= 99)
    let flat = GreyLayer(width: 2, height: 1, values: [3, 3])
    #expect(flat.picture(window: GreyWindow(fitting: flat))[0, 0] == .black)
  }

  @Test func `shrinks greys to means and labels to labels`() {
    let grey = GreyLayer(width: 4, height: 2, values: [0, 2, 10, 20, 4, 6, 30, 40])
    #expect(grey.shrunk(toEdge: 2).values == [3, 25])
    #expect(grey.shrunk(toEdge: 4) == grey)
    let labels = LabelLayer(width: 300, height: 200, labels: (0..<60_000).map { UInt8($0 % 3) })
    let small = labels.shrunk(toEdge: 100)
    #expect((small.width, small.height) == (100, 66))
    #expect(Set(small.labels).isSubset(of: [0, 1, 2]))
  }

  @Test func `tints classes, and leaves class 0 and the reserved values alone`() {
    let grey = Picture(width: 4, height: 1, filledWith: .init(red: 100, green: 100, blue: 100))
    let labels = LabelLayer(width: 4, height: 1, labels: [0, 1, 254, 255])
    let picture = labels.picture(over: grey, classes: Self.classes)
    #expect(picture[0, 0] == grey[0, 0])
    #expect(picture[0, 1] == .init(red: 55, green: 100, blue: 145))
    #expect(picture[0, 2] == grey[0, 0])
    #expect(picture[0, 3] == grey[0, 0])
  }

  @Test func `draws labels in their colours`() {
    let picture = LabelLayer(width: 2, height: 1, labels: [1, 9]).picture(classes: Self.classes)
    #expect(picture[0, 0] == .init(red: 0, green: 100, blue: 200))
    #expect(picture[0, 1] == .init(red: 9, green: 9, blue: 9))
  }

  @Test func `has grey and overlay side by side above a legend`() {
    var random = SeededRandom(seed: 2)
    let grey = GreyLayer(
      width: 300, height: 200,
      values: (0..<60_000).map { _ in Float.random(in: 0...255, using: &random) })
    let labels = LabelLayer(width: 300, height: 200, labels: [UInt8](repeating: 1, count: 60_000))
    var both = SegmentationPicture(grey: grey, labels: labels)
    both.classes = Self.classes
    both.fractions = [0: 0.5, 1: 0.4951, 2: 0.0049]
    let picture = both.drawn()
    #expect(picture.width == 2 * 300 + 8)
    #expect(picture.height > 200 && picture.height < 260)
    // The legend has each class's colour.
    let strip = (200..<picture.height).flatMap { row in
      (0..<picture.width).map { picture[row, $0] }
    }
    for each in Self.classes { #expect(strip.contains(Picture.Colour(each.colour))) }

    #expect(SegmentationPicture(grey: grey, labels: nil).drawn().width == 300)
    var small = both
    small.maximalEdge = 60
    #expect(small.drawn().width == 128)
  }

  @Test func `breaks a legend into lines where it is narrow`() {
    let entries = Self.classes.map { LegendEntry($0, fraction: 0.1) }
    let wide = Picture.legend(entries, width: 1000)
    let narrow = Picture.legend(entries, width: 200)
    #expect(narrow.height > wide.height)
    #expect(narrow.width == 200)
  }
}
