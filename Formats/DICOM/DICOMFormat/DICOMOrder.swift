import VolumeCore

/// The frames of a scan in the order of their places.
struct DICOMOrder {
  /// A frame, or a layer that is missing.
  struct Layer: Hashable {
    var file: Int
    var frame: Int
  }

  private(set) var layers: [Layer?] = []
  /// The distance of layers in millimetres, where places say it.
  private(set) var distance: Double?
  private(set) var remarks: [String] = []
  private(set) var first: [Double] = []

  /// Distances may differ by this part.
  private static let tolerance = 0.01

  init(
    _ headers: [DICOMHeader], folder: String, fillsGaps: Bool
  ) throws(DICOMError) {
    let frames = headers.enumerated().flatMap { file, header in
      (0..<header.frames).map { Layer(file: file, frame: $0) }
    }
    let orientation = headers[0].orientation
    let havePlaces = headers.allSatisfy { header in
      header.orientation.count == 6 && header.positions.count == header.frames
        && header.positions.allSatisfy { $0.count == 3 }
    }
    guard havePlaces else {
      try orderByNumber(headers, frames, folder)
      return
    }
    for header in headers {
      let isSame = zip(header.orientation, orientation).allSatisfy { abs($0 - $1) < 1e-3 }
      guard isSame else {
        throw .sliceDiffers(
          folder: folder, file: header.file, what: "direction", is: "\(header.orientation)",
          first: headers[0].file, was: "\(orientation)")
      }
    }
    let (a, b) = (Array(orientation[0..<3]), Array(orientation[3..<6]))
    let normal = [
      a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0],
    ]
    func place(_ layer: Layer) -> Double {
      zip(headers[layer.file].positions[layer.frame], normal).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let sorted = frames.map { (layer: $0, place: place($0)) }.sorted { $0.place < $1.place }
    first = headers[sorted[0].layer.file].positions[sorted[0].layer.frame]
    guard sorted.count > 1 else {
      layers = sorted.map(\.layer)
      return
    }
    let steps = zip(sorted, sorted.dropFirst()).map { $1.place - $0.place }
    let middle = steps.sorted()[steps.count / 2]
    for (index, step) in steps.enumerated() where step <= 1e-3 * max(middle, 1e-9) {
      throw .hasDuplicate(
        folder: folder, one: headers[sorted[index].layer.file].file,
        other: headers[sorted[index + 1].layer.file].file,
        place: "\(sorted[index].place) mm")
    }
    try space(sorted.map(\.layer), steps, middle, headers, folder, fillsGaps)
    noteShift(headers, sorted.map(\.layer), normal)
  }

  /// Puts layers where distances are whole numbers of the usual one.
  private mutating func space(
    _ sorted: [Layer], _ steps: [Double], _ middle: Double, _ headers: [DICOMHeader],
    _ folder: String, _ fillsGaps: Bool
  ) throws(DICOMError) {
    layers = [sorted[0]]
    var sum = 0
    for (index, step) in steps.enumerated() {
      let count = (step / middle).rounded()
      guard count >= 1, count < 100_000, abs(step - count * middle) <= Self.tolerance * middle
      else {
        throw .isUneven(
          folder: folder, least: steps.min() ?? 0, greatest: steps.max() ?? 0)
      }
      if count > 1 {
        guard fillsGaps else {
          throw .hasGap(
            folder: folder, file: headers[sorted[index + 1].file].file, missing: Int(count) - 1)
        }
        remarks.append(
          "\(Int(count) - 1) layers are missing before \(headers[sorted[index + 1].file].file), "
            + "and are read as zeros")
        layers += Array(repeating: nil, count: Int(count) - 1)
      }
      layers.append(sorted[index + 1])
      sum += Int(count)
    }
    distance = steps.reduce(0, +) / Double(sum)
  }

  /// Layers that lie beside each other, not above: the gantry was tilted.
  private mutating func noteShift(
    _ headers: [DICOMHeader], _ sorted: [Layer], _ normal: [Double]
  ) {
    guard let last = sorted.last, let edge = headers[0].pixelSpacing.first, edge > 0 else { return }
    let end = headers[last.file].positions[last.frame]
    let way = zip(end, first).map { $0 - $1 }
    let along = zip(way, normal).reduce(0) { $0 + $1.0 * $1.1 }
    let beside = zip(way, normal).map { $0 - along * $1 }
    let shift = beside.reduce(0) { $0 + $1 * $1 }.squareRoot() / edge
    if shift > 0.5 {
      remarks.append(
        "its last layer is shifted by \((shift * 10).rounded() / 10) pixels against its first, "
          + "which is not undone")
    }
  }

  private mutating func orderByNumber(
    _ headers: [DICOMHeader], _ frames: [Layer], _ folder: String
  ) throws(DICOMError) {
    if headers.count == 1 {
      layers = frames
      distance = frames.count > 1 ? headers[0].between ?? headers[0].sliceThickness : nil
      if frames.count > 1 {
        remarks.append("its frames have no places, and are taken in the order of the file")
      }
      return
    }
    var files: [Int: Int] = [:]
    for (file, header) in headers.enumerated() {
      guard let number = header.instance, header.frames == 1 else {
        throw .hasNoOrder(folder: folder, file: header.file)
      }
      if let other = files[number] {
        throw .hasDuplicate(
          folder: folder, one: headers[other].file, other: header.file,
          place: "InstanceNumber \(number)")
      }
      files[number] = file
    }
    layers = files.keys.sorted().compactMap { files[$0] }.map { Layer(file: $0, frame: 0) }
    distance = headers[0].between ?? headers[0].sliceThickness
    remarks.append(
      "its slices have no places, and are ordered by InstanceNumber"
        + (distance == nil ? "" : "; their distance is what the first says"))
  }
}
