import Pictures
import Testing
import VolumeCore

@Suite struct `A contact sheet` {
  static func panel(_ width: Int, _ height: Int, _ caption: [String] = ["a"]) -> ContactSheet.Panel
  {
    ContactSheet.Panel(
      layer: GreyLayer(
        width: width, height: height,
        values: (0..<(width * height)).map { Float($0 % width < width / 2 ? 0 : 1) }),
      voxelsPerPixel: 1, caption: caption)
  }

  @Test func `has a cell for each panel, three in a row`() {
    let one = ContactSheet([Self.panel(4, 4)]).drawn()
    let four = ContactSheet((0..<4).map { _ in Self.panel(4, 4) }).drawn()
    #expect(one.width == 384 + 24)
    #expect(four.width == 3 * 384 + 4 * 12)
    #expect(four.height == 2 * one.height - 12)
  }

  @Test func `shows small layers in whole squares and large ones shrunk, on one line`() {
    let sheet = ContactSheet([Self.panel(4, 2), Self.panel(1000, 500)]).drawn()
    // Both are 384 wide and 192 high, black at the left and white at the right, above the scale.
    for left in [12, 12 + 384 + 12] {
      #expect(sheet[12 + 5, left + 10] == .black)
      #expect(sheet[12 + 191, left + 191] == .black)
      #expect(sheet[12 + 191, left + 193] == .white)
      #expect(sheet[12 + 193, left + 10] == .white)
      #expect(sheet[12 + 192 + 7, left + 10] == .black)
    }
  }

  @Test func `draws a scale of a round number of voxels and no caption over its neighbour`() {
    let long = String(repeating: "W", count: 500)
    let sheet = ContactSheet([Self.panel(96, 96, [long]), Self.panel(96, 96, [])]).drawn()
    // 96 voxels are 384 pixels: 20 of them are 80.
    let scale = (0..<384).count { sheet[12 + 384 + 7, 12 + $0] == .black }
    #expect(scale >= 80 && sheet[12 + 384 + 7, 12 + 79] == .black)
    #expect(sheet[12 + 384 + 8, 12 + 81] == .white)
    for row in 0..<sheet.height { #expect(sheet[row, 12 + 384 + 4] == .white) }
  }

  @Test func `draws labels as strongly as it is told`() {
    var panel = Self.panel(4, 4)
    panel.labels = LabelLayer(width: 4, height: 4, labels: [UInt8](repeating: 1, count: 16))
    panel.classes = [LabelClass(value: 1, name: "wrong", colour: [200, 100, 0, 255])]
    panel.opacity = 1
    #expect(ContactSheet([panel]).drawn()[20, 20] == Picture.Colour([200, 100, 0]))
    panel.opacity = 0
    #expect(ContactSheet([panel]).drawn()[20, 20] == .black)
  }

  @Test func `of nothing is white`() {
    let sheet = ContactSheet([]).drawn()
    #expect(sheet.width > 0 && sheet[0, 0] == .white)
  }
}
