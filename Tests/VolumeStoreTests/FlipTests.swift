import Glibc
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

/// A store with all that one can have: an image of two levels and several shards, one of zeros, and a
/// label image of two levels in it.
struct StoreToDamage {
  let folder: TemporaryFolder
  let path: String
  static let grey = StoreCase(
    shape: Shape3(z: 4, y: 6, x: 10), shard: Shape3(z: 4, y: 8, x: 4),
    chunk: Shape3(z: 4, y: 4, x: 4), top: 8)
  static let labels = StoreCase(
    shape: Shape3(z: 4, y: 6, x: 10), seed: 2, shard: Shape3(z: 4, y: 8, x: 8),
    chunk: Shape3(z: 4, y: 4, x: 4), top: 8, isLabels: true)
  /// The document that names the label images, as OME-Zarr has it; labels are put there by others.
  static let labelGroup =
    #"{"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "labels": ["cells"]}}}"#

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
    try withFileOperations(UnsynchronisedFiles(), below: path) {
      try Self.write(Self.grey, Self.greyVoxels, to: path)
      try Self.write(Self.labels, Self.labelVoxels, to: path + "/labels/cells")
      try writeFileAtomically(path + "/labels/zarr.json", Array(Self.labelGroup.utf8))
    }
  }

  /// Noise, and zeros in the shard in the middle.
  static let greyVoxels: [UInt8] = {
    var voxels = grey.voxels
    for index in voxels.indices where (4..<8).contains(index % 10) { voxels[index] = 0 }
    return voxels
  }()
  static let labelVoxels = labels.voxels.map { $0 % 3 }

  static func output(_ one: StoreCase) -> OutputDescription {
    var output = one.output(["command": "convert", "input": "scan.raw", "window": "0:255"])
    output.volume.spacing = VoxelSpacing(z: 2, y: 1.5, x: 1.5)
    return output
  }

  private static func write(_ one: StoreCase, _ voxels: [UInt8], to path: String) throws {
    let writer = try one.format().create(path, output(one))
    try commit(one, voxels, to: writer)
    try writer.finish(record: [:])
  }

  static func commit(_ one: StoreCase, _ voxels: [UInt8], to writer: any VolumeWriter) throws {
    for block in writer.grid.indices where !writer.isCommitted(block) {
      let part = one.slice(writer.grid.region(of: block), of: voxels)
      try writer.commit(block, unsafe part.span.bytes)
    }
  }

  /// Everything that there is to be read: each level of each image.
  static let arrays = ["0", "1", "labels/cells/0", "labels/cells/1"]

  /// What reading an array gives.
  struct Content: Hashable {
    var volume: VolumeDescription
    var voxels: [UInt8]
  }

  /// What reading `array` gives; `nil` where it is refused. What it throws has words.
  func content(_ array: String) -> Content? {
    do {
      let reader = try StoreFormat(threads: 1).open("\(path)/\(array)", hints: OpeningHints())
      return Content(
        volume: reader.volume, voxels: try reader.bytes(of: Region(reader.volume.shape)))
    } catch {
      #expect((error as? any ExplainedError)?.explanation.remedy.isEmpty == false, "\(error)")
      return nil
    }
  }

  var contents: [String: Content] {
    Dictionary(
      Self.arrays.compactMap { array in content(array).map { (array, $0) } },
      uniquingKeysWith: { $1 })
  }

  func report(_ depth: StoreCheckDepth = .full) throws -> StoreReport {
    try StoreFormat(threads: 1).check(path, depth, progress: { _, _ in }, isStopped: { false })
  }

  /// Every file, counted from the store.
  var files: [String] {
    get throws { try Self.files(below: path).keys.sorted() }
  }

  static func files(below folder: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in try names(inFolder: folder) {
      let path = "\(folder)/\(name)"
      if kind(ofPath: path) == .folder {
        for (inside, bytes) in try files(below: path) { found["\(name)/\(inside)"] = bytes }
      } else {
        found[name] = try SystemIO.contents(ofFile: path)
      }
    }
    return found
  }

  func put(_ bytes: [UInt8], in name: String) throws {
    // In place: a mapping that is open somewhere would see it, and so may no reader be.
    let file = try FileHandle(creating: "\(path)/\(name)")
    try file.write(unsafe bytes.span.bytes, at: 0)
  }
}

/// Of so many bytes one is flipped; `Tools/check` flips all.
private let stride: Int = {
  if let text = unsafe getenv("T2S_FLIP_STRIDE").map({ unsafe String(cString: $0) }),
    let number = Int(text), number > 0
  {
    return number
  }
  #if DEBUG
    return 23
  #else
    return 3
  #endif
}()

@Suite struct `Of a store with levels and labels` {
  let store: StoreToDamage
  let whole: [String: StoreToDamage.Content]

  init() throws {
    store = try StoreToDamage()
    whole = store.contents
    #expect(whole.count == StoreToDamage.arrays.count)
    #expect(whole["0"]?.voxels == StoreToDamage.greyVoxels)
    #expect(whole["labels/cells/0"]?.voxels == StoreToDamage.labelVoxels)
    let report = try store.report()
    #expect(report.verdict == .whole)
    #expect(report.arrays.map(\.name) == StoreToDamage.arrays)
    #expect(report.arrays.map(\.zero) == [1, 0, 0, 0])
  }

  /// Files without which nothing is lost: the lock is empty once a run has ended.
  static let withoutMeaning = [".t2s/lock", "labels/cells/.t2s/lock"]

  /// Bytes without meaning: of the document that lists label images, which is not ours, and which no
  /// seal covers, nothing but the kind of node and the list of names is looked at. A name that differs
  /// is missed.
  static func hasMeaning(_ name: String, _ place: Int) -> Bool {
    guard name == "labels/zarr.json" else { return true }
    let text = Array(StoreToDamage.labelGroup.utf8)
    if text[place] == 0x20 { return false }
    let version = Array(#""version": "0.5""#.utf8)
    guard
      let start = (0...(text.count - version.count)).first(where: {
        Array(text[$0..<($0 + version.count)]) == version
      })
    else { return true }
    return !(start..<(start + version.count)).contains(place)
  }

  /// Holds what is said and read of the store against the whole one.
  private func expectFound(
    _ what: @autoclosure () -> Comment, _ depth: StoreCheckDepth = .full, matters: Bool = true
  ) throws {
    // Some damage to another's document is refused as a whole.
    let verdict = (try? store.report(depth).verdict) ?? .damaged
    if matters { #expect(verdict != .whole, what()) }
    for (array, content) in store.contents { #expect(content == whole[array], what()) }
  }

  @Test func `every byte that is flipped is found, and nothing else is read`() throws {
    var (flips, number) = (0, 0)
    for name in try store.files {
      let bytes = try SystemIO.contents(ofFile: "\(store.path)/\(name)")
      for place in bytes.indices {
        number += 1
        guard number % stride == 0 else { continue }
        flips += 1
        var changed = bytes
        changed[place] ^= 1 << UInt8((place + flips) % 8)
        try store.put(changed, in: name)
        try expectFound(
          "byte \(place) of \(name)", matters: Self.hasMeaning(name, place))
      }
      try store.put(bytes, in: name)
    }
    #expect(number > 6000)
    #expect(flips == number / stride)
    #expect(try store.report().verdict == .whole)
  }

  @Test func `every file that is cut or grows is found, and nothing else is read`() throws {
    for name in try store.files where !Self.withoutMeaning.contains(name) {
      let bytes = try SystemIO.contents(ofFile: "\(store.path)/\(name)")
      let isShard = name.contains("/c/") || name.hasPrefix("c/")
      // The index of two chunks, or of one, with its checksum.
      let lengths = [0, 1, bytes.count / 2, bytes.count - 36, bytes.count - 20, bytes.count - 1]
      for length in Set(lengths) where length >= 0 && length < bytes.count {
        try store.put(Array(bytes.prefix(length)), in: name)
        try expectFound("\(name): \(length) of \(bytes.count) bytes")
        try expectFound("\(name), quickly: \(length) of \(bytes.count) bytes", .quick)
        guard isShard, length > 0 else { continue }
        // The index alone, and what is lost lies before it.
        try store.put(Array(bytes.suffix(length)), in: name)
        try expectFound("\(name): the last \(length) of \(bytes.count) bytes", .quick)
      }
      try store.put(bytes + [0x0A], in: name)
      try expectFound("\(name), longer", .quick, matters: name != "labels/zarr.json")
      try store.put(bytes, in: name)
    }
    #expect(try store.report().verdict == .whole)
  }

  @Test func `every file that is gone is missed, and nothing else is read`() throws {
    for name in try store.files where !Self.withoutMeaning.contains(name) {
      let bytes = try SystemIO.contents(ofFile: "\(store.path)/\(name)")
      try removeFile("\(store.path)/\(name)")
      try expectFound("\(name) is gone")
      try expectFound("\(name) is gone, quickly", .quick)
      try store.put(bytes, in: name)
    }
    #expect(try store.report().verdict == .whole)
  }

  @Test(arguments: ["", "labels/cells/"])
  func `the folder of ledgers that is gone is missed, and reading says so`(image: String) throws {
    try removeFolder("\(store.path)/\(image).t2s")
    let report = try store.report(.quick)
    #expect(report.verdict == .damaged)
    #expect(report.allDamages.map(\.file) == ["\(image).t2s"])
    let reader = try StoreFormat().open("\(store.path)/\(image)", hints: OpeningHints())
    #expect(reader.volume.remarks.contains { $0.contains(".t2s is gone") })
    #expect(try reader.bytes(of: Region(reader.volume.shape)) == whole["\(image)0"]?.voxels)
  }

  @Test func `a file that was never there is found`() throws {
    // Where all voxels are zero there is none.
    let other = try SystemIO.contents(ofFile: store.path + "/0/c/0/0/0")
    try store.put(other, in: "0/c/0/0/1")
    try expectFound("a shard in the place of zeros", .quick)
    try removeFile(store.path + "/0/c/0/0/1")
    // Two shards of equal size that changed places have other indices, or equal voxels.
    let last = try SystemIO.contents(ofFile: store.path + "/0/c/0/0/2")
    try store.put(last, in: "0/c/0/0/0")
    try store.put(other, in: "0/c/0/0/2")
    try expectFound("two shards that changed places", .quick)
  }
}
