import VolumeCore

/// One layer of labels as a picture needs it.
public struct LabelLayer: Hashable, Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The labels, row by row.
  public let labels: [UInt8]

  /// A layer of `labels`.
  public init(width: Int, height: Int, labels: [UInt8]) {
    precondition(labels.count == width * height)
    self.width = width
    self.height = height
    self.labels = labels
  }

  /// The layer with edges of at most `edge` pixels; each pixel is one of the labels it covers,
  /// since a mean of labels means nothing.
  public func shrunk(toEdge edge: Int) -> LabelLayer {
    let size = shrunkSize(width: width, height: height, edge: edge)
    guard size.width < width || size.height < height else { return self }
    var shrunk: [UInt8] = []
    shrunk.reserveCapacity(size.width * size.height)
    for row in 0..<size.height {
      let from = (2 * row + 1) * height / (2 * size.height) * width
      for column in 0..<size.width {
        shrunk.append(labels[from + (2 * column + 1) * width / (2 * size.width)])
      }
    }
    return LabelLayer(width: size.width, height: size.height, labels: shrunk)
  }

  /// The labels in the colours of `classes`; a value without a class is its own grey.
  public func picture(classes: [LabelClass]) -> Picture {
    let colours = Self.colours(classes)
    var rgb: [UInt8] = []
    rgb.reserveCapacity(labels.count * 3)
    for label in labels {
      let colour = colours[Int(label)]
      rgb.append(colour.red)
      rgb.append(colour.green)
      rgb.append(colour.blue)
    }
    return Picture(width: width, height: height, rgb: rgb)
  }

  /// The labels over `grey`, a picture of the same size: each class tints it by `opacity`, class 0
  /// and the reserved values 254 and 255 leave it as it is.
  public func picture(
    over grey: Picture, classes: [LabelClass], opacity: Float = 0.45
  ) -> Picture {
    precondition(grey.width == width && grey.height == height)
    let colours = Self.colours(classes)
    var rgb = grey.rgb
    func mix(_ below: UInt8, _ above: UInt8) -> UInt8 {
      UInt8(Float(below) * (1 - opacity) + Float(above) * opacity + 0.5)
    }
    for (index, label) in labels.enumerated()
    where label != 0 && Int(label) < LabelClass.outsideValue {
      let colour = colours[Int(label)]
      rgb[3 * index] = mix(rgb[3 * index], colour.red)
      rgb[3 * index + 1] = mix(rgb[3 * index + 1], colour.green)
      rgb[3 * index + 2] = mix(rgb[3 * index + 2], colour.blue)
    }
    return Picture(width: width, height: height, rgb: rgb)
  }

  private static func colours(_ classes: [LabelClass]) -> [Picture.Colour] {
    var colours = (0...255).map { Picture.Colour([$0, $0, $0]) }
    for each in classes where (0...255).contains(each.value) {
      colours[each.value] = Picture.Colour(each.colour)
    }
    return colours
  }
}
