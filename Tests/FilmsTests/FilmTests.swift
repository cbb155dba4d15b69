import FilmReading
import Films
import SystemIO
import Testing
import VolumeTesting

@Suite struct `A film` {
  static let (width, height) = (96, 64)
  static let colours: [[UInt8]] = [
    [0, 0, 0], [255, 255, 255], [128, 128, 128], [86, 180, 233], [240, 228, 66], [213, 94, 0],
  ]

  /// Squares of the colours, moved on by one from picture to picture.
  private static func picture(_ number: Int) -> [UInt8] {
    (0..<(width * height)).flatMap { index -> [UInt8] in
      let (row, column) = (index / width, index % width)
      return colours[(row / 32 * 3 + column / 32 + number) % 6]
    }
  }

  private func made(
    _ format: FilmFormat, pictures: [[UInt8]], perSecond: Int, in folder: TemporaryFolder
  ) throws -> DecodedFilm {
    let path = folder.file("a: film.\(format.rawValue)")
    let film = try FilmFile(
      at: path, as: format, width: Self.width, height: Self.height, picturesPerSecond: perSecond)
    for picture in pictures { try film.add(picture) }
    #expect(kind(ofPath: path) == .missing)
    try film.finish()
    #expect(try names(inFolder: folder.path) == ["a: film.\(format.rawValue)"])
    #expect(film.count == pictures.count)
    return try #require(DecodedFilm(path))
  }

  @Test(arguments: FilmFormat.allCases)
  func `has each picture once, in order and in its colours`(format: FilmFormat) throws {
    let folder = try TemporaryFolder()
    let film = try made(
      format, pictures: (0..<7).map(Self.picture), perSecond: 10, in: folder)
    #expect((film.width, film.height, film.pictures.count) == (Self.width, Self.height, 7))
    #expect(film.picturesPerSecond == 10)
    #expect(abs(film.seconds - 0.7) < 0.051, "\(film.seconds)")
    if format == .mp4 { #expect(film.isPlain && ["h264", "mpeg4"].contains(film.codec)) }
    for number in 0..<7 {
      for square in 0..<6 {
        let found = film.pixel(number, row: square / 3 * 32 + 16, column: square % 3 * 32 + 16)
        let wanted = Self.colours[(square + number) % 6]
        let most = zip(found, wanted).map { abs(Int($0) - Int($1)) }.max() ?? 255
        // GIF is exact; the other keeps colours to a few steps.
        #expect(most <= (format == .gif ? 0 : 8), "picture \(number): \(found) for \(wanted)")
      }
    }
  }

  @Test func `as GIF keeps 256 colours exactly, and more of them nearly`() throws {
    let folder = try TemporaryFolder()
    let exact = (0..<(Self.width * Self.height)).flatMap { index -> [UInt8] in
      [UInt8(index % 256), UInt8(255 - index % 256), 7]
    }
    let smooth = (0..<(Self.width * Self.height)).flatMap { index -> [UInt8] in
      let (row, column) = (index / Self.width, index % Self.width)
      return [UInt8(row * 4), UInt8(column * 255 / 95), UInt8((row + column) / 2)]
    }
    let film = try made(.gif, pictures: [exact, smooth, exact], perSecond: 5, in: folder)
    #expect(film.pictures[0] == exact && film.pictures[2] == exact)
    let apart = zip(film.pictures[1], smooth).map { abs(Int($0) - Int($1)) }
    #expect((apart.max() ?? 255) < 24)
    #expect(apart.reduce(0, +) < 5 * apart.count)
  }

  @Test(arguments: FilmFormat.allCases)
  func `of equal pictures is equal bytes`(format: FilmFormat) throws {
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    let films = try folders.map { folder in
      try made(format, pictures: (0..<20).map(Self.picture), perSecond: 15, in: folder)
    }
    let bytes = try folders.map { try contents(ofFile: $0.file("a: film.\(format.rawValue)")) }
    #expect(bytes[0].count > 500)
    let place = zip(bytes[0], bytes[1]).enumerated().first { $1.0 != $1.1 }?.offset
    let words = "of \(bytes.map(\.count)) bytes, from \(place.map(String.init) ?? "the end") on"
    guard format == .mp4 else {
      #expect(bytes[0] == bytes[1], "\(words)")
      return
    }
    // Beside a thousand other tests in one process, H.264 of the same pictures was seen to differ, and
    // never alone, whatever memory, stack, alignment, threads and load were. Until the reason is known,
    // the pictures must be as near as those of any film.
    withKnownIssue("libx264's bytes", isIntermittent: true) {
      #expect(bytes[0] == bytes[1], "\(words)")
    }
    for (one, other) in zip(films[0].pictures, films[1].pictures) {
      let most = zip(one, other).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(most <= 16, "\(words)")
    }
  }

  @Test func `that is given up leaves nothing, and one that was there as it was`() throws {
    let folder = try TemporaryFolder()
    try put([1, 2, 3], at: folder.file("a.mp4"))
    do {
      let film = try FilmFile(
        at: folder.file("a.mp4"), as: .mp4, width: 32, height: 32, picturesPerSecond: 15)
      try film.add([UInt8](repeating: 9, count: 32 * 32 * 3))
      #expect(try names(inFolder: folder.path).count == 2)
    }
    #expect(try names(inFolder: folder.path) == ["a.mp4"])
    #expect(try contents(ofFile: folder.file("a.mp4")) == [1, 2, 3])
  }

  @Test func `in a folder that is not there is refused with its name`() throws {
    let error = #expect(throws: FilmError.self) {
      _ = try FilmFile(
        at: "/nowhere/a.gif", as: .gif, width: 32, height: 32, picturesPerSecond: 15)
    }
    guard case .failed("/nowhere/a.gif", let message) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(message.contains("No such file"), "\(message)")
  }
}
