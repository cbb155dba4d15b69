import Rendering
import VolumeCore

/// A film once round the surfaces of classes. The labels are walked as often as the pictures do not
/// fit into memory, and not once for each.
struct OrbitFilm {
  private static let seconds = 8.0

  private let film: ShowFilm
  private let choices: SurfaceChoices

  init(_ film: ShowFilm) throws(Explanation) {
    self.film = film
    choices = try explained { () throws(UsageError) in
      try SurfaceChoices(film.arguments, edge: 640, isLight: false)
    }
  }

  func make(_ output: any Film) throws(Explanation) -> [String: JSONValue] {
    let context = film.context
    let reader = try context.openInput(film.input, hints: film.hints)
    let region = try film.region(in: reader.volume.shape)
    let labels = choices.labels(of: reader.volume)
    let count = film.pictures(in: film.length ?? Self.seconds)
    let cameras = SurfaceCamera.orbit(
      region.shape, spacing: reader.volume.spacing, azimuth: choices.azimuth,
      elevation: choices.elevation, count: count, edge: choices.edge)
    let beside = ShowFilm.encodingBytes(width: cameras[0].width, height: cameras[0].height)
    let memory = film.limits.memory - beside
    // Half for the pictures, half for the voxels.
    let each = SurfaceScene.byteCount(cameras[0]) * film.limits.threads
    let atOnce = max(1, min(count, memory / 2 / max(each, 1)))
    let walks = (count + atOnce - 1) / atOnce
    var said = false
    let progress = Progress(
      context.console, "looking round", total: walks * region.voxelCount)
    for first in stride(from: 0, to: count, by: atOnce) {
      let part = Array(cameras[first..<min(first + atOnce, count)])
      let scene = SurfaceScene(labels.map { UInt8($0.value) }, in: region, cameras: part)
      let prepared = try scene.pass(reader).prepared(
        memory: max(0, memory), threads: film.limits.threads)
      if !said {
        film.say(
          "an orbit of \(count) pictures in \(walks) walk\(walks == 1 ? "" : "s"), \(prepared.words)",
          bytes: prepared.byteCount + beside)
        said = true
      }
      let context = context
      let images = try scene.images(
        prepared, isStopped: { context.stopSignal() != nil }, progress: { progress.add($0) })
      try context.checkForStop(remedy: "give the same command again")
      guard first > 0 || !images.isEmpty else { throw choices.nothing(in: film.input, labels) }
      for (number, camera) in part.enumerated() {
        try context.checkForStop(remedy: "give the same command again")
        let picture = ColourPicture(
          width: images.width, height: images.height,
          rgb: images.picture(
            number, colours: choices.colours(labels), background: choices.background))
        let turned = Int((360 * Double(first + number) / Double(count)).rounded())
        var frame = FilmFrame(.colours(picture), caption: "\(turned)°", edge: choices.edge)
        frame.captionLength = "359°".count
        frame.scaleBar = choices.scaleBar(camera, reader.volume)
        frame.legend = zip(labels, choices.colours(labels)).map { label, colour in
          LabelClass(value: label.value, name: label.name, colour: colour.map(Int.init))
        }
        try output.add(frame)
      }
    }
    progress.end()
    return [
      "pictures": .integer(count), "walks": .integer(walks),
      "classes": .array(labels.map { .integer($0.value) }),
    ]
  }
}
