import EngineCore
import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Films` {
  static let shape = Shape3(z: 70, y: 6, x: 5)
  static let classes = [
    LabelClass(value: 1, name: "fibre", colour: [86, 180, 233, 255]),
    LabelClass(value: 254, name: "outside", colour: [0, 0, 0, 255]),
  ]
  static func grey(_ z: Int, _ y: Int, _ x: Int) -> UInt8 { UInt8((z * 3 + y * 40 + x * 7) % 256) }

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    let at = Array(Region(Self.shape).indices)
    let scan = MemoryVolume(
      shape: Self.shape, voxels: at.map { Self.grey($0.z, $0.y, $0.x) })
    format.add("scan.mem", scan)
    format.add(
      "labels.mem",
      MemoryVolume(
        shape: Self.shape, voxels: at.map { UInt8(($0.z + $0.y) % 2) }, classes: Self.classes))
    format.add("other.mem", MemoryVolume(numbered: Shape3(z: 1, y: 6, x: 5)))
    return format
  }

  private func filmed(_ words: String...) throws -> (MemoryFilms, Outcome) {
    let films = MemoryFilms()
    let outcome = runTool(
      ["show", "film"] + words + ["--output", "/nowhere/a.mp4", "--json"], formats: [format()],
      films: films)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(films.isFinished && !films.isDiscarded)
    return (films, outcome)
  }

  private func layers(_ frame: FilmFrame) -> [LayerPicture] {
    guard case .layers(let layers) = frame.content else { return [] }
    return layers
  }

  @Test(arguments: ["z", "y", "x"])
  func `run through every plane once, grey beside overlay`(axis: String) throws {
    let (films, outcome) = try filmed(
      "scan.mem", "--labels", "labels.mem", "--axis", axis, "--window", "3:200")
    let shape = Self.shape
    let count = axis == "z" ? shape.z : axis == "y" ? shape.y : shape.x
    let (rows, columns) =
      axis == "z" ? (shape.y, shape.x) : axis == "y" ? (shape.z, shape.x) : (shape.z, shape.y)
    #expect(films.frames.count == count && films.picturesPerSecond == 15)
    #expect(outcome.json?["pictures"]?.integer == count)
    for (position, frame) in films.frames.enumerated() {
      let panels = layers(frame)
      #expect(panels.count == 2 && frame.caption == "\(axis) = \(position)")
      #expect(panels.map(\.view) == [.grey, .overlay])
      var (greys, labels): ([Float], [UInt8]) = ([], [])
      for row in 0..<rows {
        for column in 0..<columns {
          let (z, y, x) =
            axis == "z"
            ? (position, row, column)
            : axis == "y" ? (row, position, column) : (row, column, position)
          greys.append(Float(Self.grey(z, y, x)))
          labels.append(UInt8((z + y) % 2))
        }
      }
      #expect((panels[0].width, panels[0].height) == (columns, rows))
      #expect(panels.allSatisfy { $0.grey == greys } && panels[1].labels == labels)
      #expect(panels.allSatisfy { $0.window == Normalisation(low: 3, high: 200, clips: true) })
      #expect(frame.legend.map(\.name) == ["fibre"])
      #expect(frame.scaleBar == ScaleBar(part: 1 / Double(columns), text: "1 voxel"))
    }
  }

  @Test func `spread their pictures evenly over a length, and keep one window`() throws {
    let (films, outcome) = try filmed(
      "scan.mem", "--length", "2", "--fps", "5", "--region", "10:50,:,1:4")
    #expect(films.frames.map(\.caption) == stride(from: 10, to: 50, by: 4).map { "z = \($0)" })
    #expect(films.picturesPerSecond == 5 && outcome.json?["axis"] == "z")
    #expect(
      layers(films.frames[0])[0].grey.prefix(3) == [
        Float(Self.grey(10, 0, 1)), Float(Self.grey(10, 0, 2)), Float(Self.grey(10, 0, 3)),
      ])
    #expect(Set(films.frames.map { layers($0)[0].window }).count == 1)
    // Longer than there are planes: each is shown for a while.
    let (slow, _) = try filmed("scan.mem", "--axis", "x", "--length", "2", "--fps", "5")
    #expect(slow.frames.map(\.caption) == (0..<10).map { "x = \($0 / 2)" })
  }

  @Test func `read planes of one chunk together, and are the same with little memory`() throws {
    let format = MemoryFormat()
    let scan = MemoryVolume(numbered: Shape3(z: 130, y: 4, x: 5))
    format.add("scan.mem", scan)
    let films = [MemoryFilms(), MemoryFilms()]
    for (films, memory) in zip(films, ["1G", "49M"]) {
      let outcome = runTool(
        [
          "show", "film", "scan.mem", "--pixels", "16", "--window", "0:255", "--memory", memory,
          "--output", "/nowhere/a.gif",
        ], formats: [format], films: films)
      #expect(outcome.code == 0, "\(outcome.error)")
    }
    #expect(films[0].frames == films[1].frames && films[0].frames.count == 130)
    #expect(scan.reads.prefix(3).map(\.z) == [0..<64, 64..<128, 128..<130])
  }

  @Test func `go once round the surfaces, in as many walks as memory needs`() throws {
    let format = MemoryFormat()
    let shape = Shape3(z: 20, y: 24, x: 40)
    format.add(
      "labels.mem",
      MemoryVolume(
        shape: shape,
        voxels: Region(shape).indices.map {
          (8..<12).contains($0.z) && (8..<14).contains($0.y) ? 1 : $0.z < 3 && $0.x < 5 ? 2 : 0
        }))
    func made(_ words: String...) throws -> (MemoryFilms, Outcome) {
      let films = MemoryFilms()
      let outcome = runTool(
        [
          "show", "film", "orbit", "labels.mem", "--pixels", "120", "--length", "1", "--fps", "12",
          "--json", "--output", "/nowhere/a.mp4",
        ] + words, formats: [format], films: films)
      #expect(outcome.code == 0, "\(outcome.error)")
      return (films, outcome)
    }
    let (films, outcome) = try made("--threads", "1")
    #expect(films.frames.count == 12 && outcome.json?["walks"]?.integer == 1)
    #expect(films.frames.map(\.caption) == (0..<12).map { "\($0 * 30)°" })
    #expect(films.frames[0].legend.map(\.colour) == [[255, 255, 255], [214, 39, 40]])
    var (white, red) = (0, 0)
    for frame in films.frames {
      guard case .colours(let picture) = frame.content else {
        Issue.record("no colours")
        continue
      }
      #expect(
        max(picture.width, picture.height) == 120 && Array(picture.rgb.prefix(3)) == [0, 0, 0])
      for start in stride(from: 0, to: picture.rgb.count, by: 3) where picture.rgb[start] > 60 {
        if picture.rgb[start] == picture.rgb[start + 1] { white += 1 } else { red += 1 }
      }
    }
    #expect(white > 1000 && red > 100)
    // 120 x 80 pixels of 8 bytes: a megabyte is too little for twelve of them and the voxels.
    let (small, said) = try made("--threads", "3", "--memory", "51M")
    #expect((said.json?["walks"]?.integer ?? 0) > 1)
    #expect(small.frames == films.frames)
  }

  @Test func `show a training from epoch to epoch`() throws {
    let result = try `Training from the command line`.train(
      `Training from the command line`.usual + [
        "--train", "z=0:2", "--validate", "z=2:3", "--classes", "dark,bright",
      ])
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    let films = MemoryFilms()
    let outcome = runTool(
      [
        "show", "film", "training", result.folder.file("run"), "--fps", "4", "--json", "--output",
        "/nowhere/a.mp4",
      ], films: films)
    #expect(outcome.code == 0, "\(outcome.error)")
    let epochs = outcome.json?["epochs"]?.array?.compactMap(\.integer) ?? []
    #expect(!epochs.isEmpty && films.frames.count == 2 * epochs.count)
    // The sheet of the same training shows the same.
    let sheet = try #require(result.pictures.lastSheet)
    for (number, frame) in films.frames.enumerated() {
      let panels = layers(frame)
      #expect(panels.map(\.view) == [.grey, .overlay, .overlay])
      #expect(panels[0].grey == sheet.panels[0].picture.grey)
      #expect(panels[1].labels == sheet.panels[1].picture.labels)
      #expect(panels[2].labels == sheet.panels[2 + number / 2].picture.labels)
      #expect(frame.caption.contains("epoch \(epochs[number / 2]):"))
      #expect(frame.legend.map(\.name) == ["dark", "bright"])
    }
    // What is no training, and what is damaged, is told apart.
    let folder = try TemporaryFolder()
    try put(Array("{\"width\": 3}".utf8), at: folder.file("evolution.json"))
    for (path, said) in [("/nowhere", "is no folder of a training"), (folder.path, "is not what")] {
      let refused = runTool(
        ["show", "film", "training", path, "--output", "/nowhere/a.mp4"], films: MemoryFilms())
      #expect(refused.code != 0 && refused.error.contains(said), "\(refused.error)")
    }
  }

  @Test func `that are stopped are discarded`() throws {
    let films = MemoryFilms()
    let outcome = runTool(
      ["show", "film", "scan.mem", "--output", "/nowhere/a.mp4"], formats: [format()],
      films: films, stopSignal: { films.frames.count >= 3 ? 2 : nil })
    #expect(outcome.code == 130, "\(outcome.error)")
    #expect(films.isDiscarded && !films.isFinished && films.frames.count == 3)
  }

  @Test(arguments: [
    (["scan.mem", "--output", "a.avi"], ".mp4 or .gif"), (["scan.mem", "--fps", "51"], "--fps"),
    (["scan.mem", "--length", "0"], "--length"),
    (["scan.mem", "--labels", "other.mem"], "labels have"),
    (["orbit", "labels.mem", "--labels", "labels.mem"], "--labels"),
    (["orbit", "labels.mem", "--class", "7"], "no voxel"),
    (["scan.mem", "--memory", "1M"], "--memory"),
    (["orbit", "scan.mem", "--memory", "1M"], "--memory"), ([], "SCAN"),
    (["scan.mem", "labels.mem"], "SCAN"),
    (["scan.mem", "--output", "scan.mem"], ".mp4 or .gif"),
  ])
  func `refuse what they cannot show`(words: [String], said: String) {
    let outcome = runTool(
      ["show", "film"] + words
        + (words.contains("--output") ? [] : ["--output", "/nowhere/a.mp4"]),
      formats: [format()], films: MemoryFilms())
    #expect(outcome.code == 2 && outcome.error.contains(said), "\(outcome.error)")
  }

  @Test func `do not replace what is there`() throws {
    let folder = try TemporaryFolder()
    try put([1], at: folder.file("a.mp4"))
    let words = ["show", "film", "scan.mem", "--output", folder.file("a.mp4")]
    let films = MemoryFilms()
    let refused = runTool(words, formats: [format()], films: films)
    #expect(refused.code == 2 && refused.error.contains("--overwrite") && films.frames.isEmpty)
    #expect(runTool(words + ["--overwrite"], formats: [format()], films: films).code == 0)
  }
}
