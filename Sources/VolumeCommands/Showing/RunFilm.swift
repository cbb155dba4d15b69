import EngineCore
import VolumeCore

/// A film along an axis: grey, and beside it the same with its labels.
struct RunFilm {
  /// Pictures of a film that was given no length, at most.
  private static let mostSeconds = 60.0
  /// Planes that the window is fitted to.
  private static let sampledPlanes = 8

  private let film: ShowFilm
  private let axis: Slice.Axis
  private let edge: Int
  private let window: Normalisation?

  init(_ film: ShowFilm) throws(Explanation) {
    self.film = film
    let arguments = film.arguments
    (axis, window, edge) = try explained { () throws(UsageError) in
      let axis = try arguments.value("axis") { text throws(UsageError) in
        try text.oneOf(Slice.Axis.allCases.map(\.rawValue))
      }
      let window =
        try arguments.value("window") { text throws(UsageError) in try text.window() } ?? nil
      let surface = try SurfaceChoices(arguments, edge: 640, isLight: false)
      return (axis.flatMap(Slice.Axis.init) ?? .z, window, surface.edge)
    }
  }

  func make(_ output: any Film) throws(Explanation) -> [String: JSONValue] {
    let context = film.context
    let scan = try context.openInput(film.input, hints: film.hints)
    let region = try film.region(in: scan.volume.shape)
    var labels: (any VolumeReader)?
    if let path = film.arguments.values["labels"] {
      let opened = try context.openInput(path, hints: film.hints)
      guard opened.volume.shape == scan.volume.shape else {
        throw Explanation(
          .input,
          "the scan has \(scan.volume.shape.words), the labels have \(opened.volume.shape.words)",
          remedy: "give the labels of this very scan")
      }
      labels = opened
    }
    let grey = PlaneRun(scan, axis: axis, region: region, longestEdge: 2 * edge)
    let over = labels.map { PlaneRun($0, axis: axis, region: region, longestEdge: 2 * edge) }
    let all = grey.positions
    let count =
      film.length.map(film.pictures) ?? min(all.count, film.pictures(in: Self.mostSeconds))
    let positions = (0..<count).map { all.lowerBound + $0 * all.count / count }
    let distinct = positions.reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }
    // Planes that are read together, as many as there is room for beside drawing and encoding.
    let runs = [grey] + (over.map { [$0] } ?? [])
    let beside =
      ShowFilm.encodingBytes(width: runs.count * edge, height: edge) + 8 * grey.planeByteCount
    let band = runs.map { $0.byteCount(0) }.reduce(0, +)
    let each = runs.map(\.planeByteCount).reduce(0, +)
    let most = (film.limits.memory - beside - band) / max(each, 1)
    guard most > 0 else {
      let needed = (beside + band + each + (1 << 20) - 1) >> 20
      throw Explanation(
        .input, "--memory \(film.limits.memory >> 20)M is too small: a film takes \(needed) MiB",
        remedy: "give --memory \(needed)M or more, or fewer --pixels")
    }
    let groups = grey.groups(distinct, most: most)
    let largest = groups.map(\.count).max() ?? 1
    film.say(
      "a run along \(axis.rawValue), \(count) pictures of \(distinct.count) of \(all.count) planes",
      bytes: beside + band + largest * each)
    let window = if let given = self.window { given } else { try fitted(grey) }
    let planeVoxels = region.voxelCount / all.count
    let progress = Progress(context.console, "filming", total: distinct.count * planeVoxels)
    var bar = ScaleBar.fitting(
      voxels: Double(grey.width * grey.step),
      edge: axis == .x ? scan.volume.spacing?.y : scan.volume.spacing?.x)
    bar.part = min(1, bar.part)
    var next = 0
    for group in groups {
      let greys = try grey.planes(group)
      let values = try over?.planes(group)
      for (number, position) in group.enumerated() {
        try context.checkForStop(remedy: "give the same command again")
        var picture = LayerPicture(width: grey.width, height: grey.height, grey: greys[number])
        picture.window = window
        picture.view = .grey
        var panels = [picture]
        if let values {
          picture.labels = values[number].map {
            UInt8(exactly: $0) ?? UInt8(LabelClass.unannotatedValue)
          }
          picture.classes = labels?.volume.classes ?? []
          picture.view = .overlay
          panels.append(picture)
        }
        var frame = FilmFrame(
          .layers(panels), caption: "\(axis.rawValue) = \(position)", edge: edge)
        frame.captionLength = "\(axis.rawValue) = \(all.upperBound - 1)".count
        frame.scaleBar = bar
        frame.legend = (labels?.volume.classes ?? []).filter { $0.value < LabelClass.outsideValue }
        // A long film of few planes shows each for a while.
        while next < count, positions[next] == position {
          try output.add(frame)
          next += 1
        }
        progress.add(planeVoxels)
      }
    }
    progress.end()
    return [
      "pictures": .integer(count), "axis": .string(axis.rawValue),
      "planes": .array(distinct.map { .integer($0) }),
      "window": .array([.number(Double(window.low)), .number(Double(window.high))]),
    ]
  }

  /// One window for all of the film, so that it does not flicker.
  private func fitted(_ run: PlaneRun) throws(Explanation) -> Normalisation {
    let all = run.positions
    let count = min(Self.sampledPlanes, all.count)
    var values: [Float] = []
    for number in 0..<count {
      let position = all.lowerBound + (2 * number + 1) * all.count / (2 * count)
      let plane = try run.planes([position])[0]
      let step = max(1, plane.count / 65_536)
      values += stride(from: 0, to: plane.count, by: step).map { plane[$0] }.filter(\.isFinite)
    }
    return Normalisation.window(ofSorted: values.sorted())
  }
}
