import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Converting` {
  static let shape = Shape3(z: 5, y: 7, x: 8)
  static let voxels = (0..<280).map { UInt8(truncatingIfNeeded: $0) }

  private func format(failsAtCommit: Int? = nil) -> MemoryFormat {
    let format = MemoryFormat(failsAtCommit: failsAtCommit)
    format.add("in.mem", MemoryVolume(numbered: Self.shape))
    return format
  }

  @Test(arguments: ["out.store", "out.file"], [1, 2, 3, 8])
  func `copies every voxel`(output: String, threads: Int) throws {
    let format = format()
    let outcome = runTool(
      ["convert", "in.mem", output, "--threads", "\(threads)"], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(format.written(output))
    #expect(writer.voxels == Self.voxels)
    #expect(writer.isFinished)
    #expect(writer.commits.count == writer.grid.count.voxelCount)
  }

  @Test(arguments: 1...6)
  func `commits in order where the format asks for it`(threads: Int) throws {
    let format = format()
    _ = runTool(["convert", "in.mem", "out.file", "--threads", "\(threads)"], formats: [format])
    let writer = try #require(format.written("out.file"))
    #expect(writer.commits == writer.grid.indices)
  }

  @Test func `echoes the extent before it starts`() {
    let outcome = runTool(["convert", "in.mem", "out.store"], formats: [format()])
    #expect(outcome.error.contains("5 layers of 7 rows x 8 columns"))
  }

  @Test func `copies a region as a volume with its origin`() throws {
    let format = format()
    let outcome = runTool(
      ["convert", "in.mem", "out.store", "--region", "1:3,2:,:4"], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(format.written("out.store"))
    #expect(writer.output.volume.shape == Shape3(z: 2, y: 5, x: 4))
    #expect(writer.output.volume.origin == Index3(z: 1, y: 2, x: 0))
    let expected = try MemoryVolume(numbered: Self.shape).bytes(
      of: Region(z: 1..<3, y: 2..<7, x: 0..<4))
    #expect(writer.voxels == expected)
  }

  @Test(arguments: [("out.store", 1), ("out.store", 3), ("out.file", 1), ("out.file", 3)])
  func `stops at a failure, says so, and finishes nothing`(output: String, threads: Int) throws {
    let format = format(failsAtCommit: 3)
    let outcome = runTool(
      ["convert", "in.mem", output, "--threads", "\(threads)"], formats: [format])
    #expect(outcome.code == 1)
    #expect(outcome.error.contains("the disk is full"))
    #expect(outcome.error.contains("make room"))
    #expect(try !#require(format.written(output)).isFinished)
  }

  @Test(arguments: [(Int32(2), Int32(130)), (15, 75)])
  func `stops at a signal, and goes on at the same command`(signal: Int32, code: Int32) throws {
    let format = format()
    let stopped = runTool(
      ["convert", "in.mem", "out.store", "--threads", "1"], formats: [format],
      stopSignal: { (format.written("out.store")?.commits.count ?? 0) >= 4 ? signal : nil })
    #expect(stopped.code == code)
    let writer = try #require(format.written("out.store"))
    #expect(!writer.isFinished)
    let before = writer.commits.count
    #expect(before >= 4 && before < writer.grid.count.voxelCount)

    let again = runTool(["convert", "in.mem", "out.store", "--json"], formats: [format])
    #expect(again.code == 0)
    #expect(again.error.contains("going on"))
    #expect(writer.isFinished)
    #expect(writer.voxels == Self.voxels)
    // Each block was committed once.
    #expect(Set(writer.commits).count == writer.commits.count)
    let already = again.json?["voxels_already_there"]?.integer ?? -1
    #expect(already > 0 && already < 280)
  }

  @Test func `refuses a finished output, too little memory, and an unknown suffix`() {
    let format = format()
    #expect(runTool(["convert", "in.mem", "out.xyz"], formats: [format]).code == 2)
    let small = runTool(["convert", "in.mem", "out.store", "--memory", "10"], formats: [format])
    #expect(small.code == 2)
    #expect(small.error.contains("give --memory 1M"))
    #expect(runTool(["convert", "in.mem", "out.store"], formats: [format]).code == 0)
    #expect(runTool(["convert", "in.mem", "out.store"], formats: [format]).code == 2)
    #expect(
      runTool(["convert", "in.mem", "out.store", "--overwrite"], formats: [format]).code == 0)
  }

  @Test func `keeps to its memory`() throws {
    let format = format()
    // A block is 2 x 3 x 3; with five eighths for the pyramid it is 28 bytes for each thread.
    let outcome = runTool(
      ["convert", "in.mem", "out.store", "--memory", "80", "--threads", "9"], formats: [format])
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("2 blocks of 2x3x3 at a time, at most 56 bytes"))
  }

  @Test func `passes on what a damaged input says`() {
    let format = MemoryFormat()
    format.add(
      "bad.mem",
      MemoryVolume(
        shape: Self.shape, voxels: Self.voxels,
        failure: Explanation(.damaged, "chunk 3 is damaged", remedy: "restore it")))
    let outcome = runTool(["convert", "bad.mem", "out.store"], formats: [format])
    #expect(outcome.code == 3)
    #expect(outcome.error.contains("chunk 3 is damaged"))
  }

  @Test(arguments: [nil, ["--type", "float32"], ["--region", "1:4,2:,:5"]] as [[String]?])
  func `lets a writer read parts of blocks where voxels lie plainly`(words: [String]?) throws {
    let format = MemoryFormat()
    format.add("plain.mem", MemoryVolume(shape: Self.shape, voxels: Self.voxels, isPlain: true))
    format.add("packed.mem", MemoryVolume(shape: Self.shape, voxels: Self.voxels))
    var made: [MemoryWriter] = []
    for input in ["plain", "packed"] {
      let output = "\(input).parts"
      let outcome = runTool(
        ["convert", "\(input).mem", output] + (words ?? []), formats: [format])
      #expect(outcome.code == 0, "\(outcome.error)")
      let writer = try #require(format.written(output) as? PartwiseMemoryWriter)
      #expect((writer.partCount > 0) == (input == "plain"))
      #expect(writer.isFinished)
      made.append(writer)
    }
    #expect(made[0].voxels == made[1].voxels)
    #expect(made[0].grid.volume == made[1].grid.volume)
  }

  @Test func `plans the parts alone where a writer reads them`() {
    let format = MemoryFormat()
    format.add("plain.mem", MemoryVolume(shape: Self.shape, voxels: Self.voxels, isPlain: true))
    let words = ["convert", "plain.mem", "out.parts", "--memory", "30", "--threads", "9"]
    let outcome = runTool(words, formats: [format])
    // A part is 1 x 3 x 3.
    #expect(outcome.error.contains("3 blocks of 2x3x3 at a time, at most 27 bytes"))
    #expect(outcome.code == 0)
    // Converted to a narrower type it needs a part of the wider one beside.
    format.add(
      "wide.mem",
      MemoryVolume(
        shape: Self.shape, type: .uint16, voxels: Self.voxels + Self.voxels, isPlain: true))
    let narrow = runTool(
      ["convert", "wide.mem", "narrow.parts", "--type", "uint8", "--window", "0:65535"]
        + words.suffix(4), formats: [format])
    #expect(narrow.error.contains("1 block of 2x3x3 at a time, at most 27 bytes"))
    #expect(narrow.code == 0)
  }

  @Test func `passes on what was wrong with a part`() {
    let format = MemoryFormat()
    format.add(
      "bad.mem",
      MemoryVolume(
        shape: Self.shape, voxels: Self.voxels,
        failure: Explanation(.damaged, "chunk 3 is damaged", remedy: "restore it"), isPlain: true))
    let outcome = runTool(["convert", "bad.mem", "out.parts"], formats: [format])
    #expect(outcome.code == 3)
    #expect(outcome.error.contains("chunk 3 is damaged"))
    #expect(!outcome.error.contains("writing block"))
  }

  /// Strips of three rows, of whole layers, of pieces that blocks do not cut.
  @Test(arguments: [(Shape3(z: 1, y: 3, x: 8), 9), (Shape3(z: 1, y: 7, x: 8), 3)], [1, 3])
  func `reads rows or slabs of blocks where blocks cut what is decoded as one`(
    strips: (grain: Shape3, groups: Int), threads: Int
  ) throws {
    let format = MemoryFormat()
    let input = MemoryVolume(shape: Self.shape, voxels: Self.voxels, grain: strips.grain)
    format.add("strips.mem", input)
    let outcome = runTool(
      ["convert", "strips.mem", "out.parts", "--threads", "\(threads)"], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(format.written("out.parts"))
    #expect(writer.voxels == Self.voxels)
    #expect(writer.commits.count == writer.grid.count.voxelCount)
    #expect(Set(writer.commits).count == writer.commits.count)
    let isSlab = strips.grain.y == 7
    #expect(outcome.error.contains("2 rows of \(isSlab ? "2x7x8" : "2x3x8") at a time"))
    // Every layer of every group once, whole.
    #expect(input.reads.count == strips.groups / 3 * 5)
    #expect(input.reads.allSatisfy { $0.z.count == 1 && $0.x.count == 8 })
    #expect(input.reads.reduce(0) { $0 + $1.voxelCount } == 280)
  }

  @Test func `keeps strips in a cache where memory is too small for a row of blocks`() throws {
    let format = MemoryFormat()
    let input = MemoryVolume(
      shape: Self.shape, voxels: Self.voxels, grain: Shape3(z: 1, y: 3, x: 8))
    format.add("strips.mem", input)
    let outcome = runTool(
      ["convert", "strips.mem", "out.parts", "--memory", "50"], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    // A row of blocks is 48 bytes and what is written 9; a block with what is made of it is 28.
    #expect(outcome.error.contains("1 block of 2x3x3 at a time, at most 50 bytes"))
    #expect(format.written("out.parts")?.voxels == Self.voxels)
  }

  @Test func `stops between the blocks of a row, and goes on with the others`() throws {
    let format = MemoryFormat()
    format.add(
      "strips.mem",
      MemoryVolume(shape: Self.shape, voxels: Self.voxels, grain: Shape3(z: 1, y: 7, x: 8)))
    let stopped = runTool(
      ["convert", "strips.mem", "out.parts"], formats: [format],
      stopSignal: { (format.written("out.parts")?.commits.count ?? 0) >= 4 ? 2 : nil })
    #expect(stopped.code == 130)
    let writer = try #require(format.written("out.parts"))
    #expect(!writer.isFinished)
    let again = runTool(["convert", "strips.mem", "out.parts"], formats: [format])
    #expect(again.code == 0, "\(again.error)")
    #expect(writer.isFinished)
    #expect(writer.voxels == Self.voxels)
    #expect(Set(writer.commits).count == writer.commits.count)
  }

  @Test func `says what was wrong with a row of blocks, or with one of them`() {
    let strips = Shape3(z: 1, y: 3, x: 8)
    let format = MemoryFormat()
    format.add(
      "bad.mem",
      MemoryVolume(
        shape: Self.shape, voxels: Self.voxels,
        failure: Explanation(.damaged, "strip 3 is damaged", remedy: "restore it"), grain: strips))
    let unread = runTool(["convert", "bad.mem", "out.parts"], formats: [format])
    #expect(unread.code == 3)
    #expect(unread.error.contains("strip 3 is damaged"))
    let full = MemoryFormat(failsAtCommit: 4)
    full.add("a.mem", MemoryVolume(shape: Self.shape, voxels: Self.voxels, grain: strips))
    let unwritten = runTool(["convert", "a.mem", "out.parts"], formats: [full])
    #expect(unwritten.code == 1)
    #expect(unwritten.error.contains("the disk is full"))
    #expect(full.written("out.parts")?.isFinished == false)
  }
}
