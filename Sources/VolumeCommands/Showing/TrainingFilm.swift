import SystemIO
import Training
import VolumeCore

/// A film of a training: the same crop of the scan, as annotated and as the network labelled it at each
/// epoch that was the best so far.
struct TrainingFilm {
  private let film: ShowFilm
  private let edge: Int

  init(_ film: ShowFilm) throws(Explanation) {
    self.film = film
    edge = try explained { () throws(UsageError) in
      try SurfaceChoices(film.arguments, edge: 480, isLight: false)
    }.edge
  }

  func make(_ output: any Film) throws(Explanation) -> [String: JSONValue] {
    let evolution = try TrainingEvolution(folder: film.input)
    let strip = evolution.strip
    let count = film.pictures(in: film.length ?? Double(strip.frames.count) / 2)
    film.say(
      "a training, \(strip.frames.count) of its epochs",
      bytes: ShowFilm.encodingBytes(width: 3 * edge, height: edge))
    var scan = LayerPicture(width: strip.width, height: strip.height, grey: strip.grey)
    scan.classes = evolution.classes
    scan.window = .window(ofSorted: strip.grey.filter(\.isFinite).sorted())
    scan.view = .grey
    var truth = scan
    (truth.labels, truth.view) = (strip.truth, .overlay)
    let captions = strip.frames.map {
      "scan, annotated, epoch \($0.epoch): \(Words.fixed($0.score, 4))"
    }
    for number in 0..<count {
      try film.context.checkForStop(remedy: "give the same command again")
      let place = number * strip.frames.count / count
      var found = truth
      found.labels = strip.frames[place].labels
      var frame = FilmFrame(
        .layers([scan, truth, found]), caption: captions[place], edge: edge)
      frame.captionLength = captions.map(\.count).max() ?? 0
      frame.legend = evolution.classes
      try output.add(frame)
    }
    return [
      "pictures": .integer(count),
      "epochs": .array(strip.frames.map { .integer($0.epoch) }),
    ]
  }
}

/// What `train` keeps of a crop at each epoch that was the best so far: `evolution.json` in its folder.
struct TrainingEvolution {
  static let name = "evolution.json"

  let strip: TrainingStrip
  let classes: [LabelClass]

  init(_ strip: TrainingStrip, classes: [LabelClass]) {
    (self.strip, self.classes) = (strip, classes)
  }

  /// Reads what a training kept in `folder`.
  init(folder: String) throws(Explanation) {
    let path = "\(folder)/\(Self.name)"
    guard kind(ofPath: path) != .missing else {
      let isTraining = TrainingReportPage.isTraining(folder)
      throw Explanation(
        .input,
        isTraining
          ? "\(folder) holds no \(Self.name): no epoch of it was kept yet, or an older version trained it"
          : "\(folder) is no folder of a training: \(Self.name) is not there",
        remedy: "give the --output of t2s-volume train, once an epoch has ended")
    }
    let bytes = try explained { () throws(SystemError) in try contents(ofFile: path) }
    guard let json = JSONValue(parsing: bytes), let found = Self(json) else {
      throw Explanation(
        .damaged, "\(path) is not what a training writes", remedy: "train again, or give another")
    }
    self = found
  }

  private init?(_ json: JSONValue) {
    guard let width = json["width"]?.integer, let height = json["height"]?.integer,
      width > 0, height > 0, width <= 1 << 14, height <= 1 << 14,
      let grey = json["grey"]?.array?.compactMap(\.number), grey.count == width * height,
      let truth = json["truth"].flatMap({ StripFrame($0) })?.labels, truth.count == grey.count,
      let frames = json["frames"]?.array?.compactMap({ StripFrame($0) }), !frames.isEmpty,
      frames.allSatisfy({ $0.labels.count == grey.count }),
      let classes = json["classes"]?.array
    else { return nil }
    strip = TrainingStrip(
      width: width, height: height, grey: grey.map(Float.init), truth: truth, frames: frames)
    self.classes = classes.compactMap { entry in
      guard let value = entry["value"]?.integer, let name = entry["name"]?.string,
        let colour = entry["colour"]?.array?.compactMap(\.integer)
      else { return nil }
      return LabelClass(value: value, name: name, colour: colour)
    }
  }

  var json: JSONValue {
    [
      "width": .integer(strip.width), "height": .integer(strip.height),
      "grey": .array(strip.grey.map { .number($0.isFinite ? Double($0) : 0) }),
      "truth": StripFrame(epoch: 0, score: 1, labels: strip.truth).json,
      "frames": .array(strip.frames.map(\.json)),
      "classes": .array(
        classes.map {
          [
            "value": .integer($0.value), "name": .string($0.name),
            "colour": .array($0.colour.map { .integer($0) }),
          ]
        }),
    ]
  }
}
