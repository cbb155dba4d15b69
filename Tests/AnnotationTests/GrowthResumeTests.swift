import Annotation
import Synchronization
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A growth that was stopped` {
  static let shape = Shape3(z: 8, y: 12, x: 14)
  static let block = Shape3(z: 3, y: 4, x: 5)

  /// Noise in blobs, with few seeds, so that ways are long and blocks are worked on several times.
  static let greys: [UInt8] = {
    var random = SeededRandom(seed: 11)
    return Region(shape).indices.map { at in
      UInt8(90 * ((at.z / 4 + at.y / 5 + at.x / 6) % 3) + Int.random(in: 0...70, using: &random))
    }
  }()
  static let seeds: [UInt8] = {
    var seeds = [UInt8](repeating: 255, count: shape.voxelCount)
    for place in 0..<3 { seeds[place * 7] = UInt8(place) }
    for place in 30..<80 { seeds[place * 9] = 254 }
    return seeds
  }()

  struct Way: Sendable, CustomTestStringConvertible {
    var reach = RegionGrowing.Reach.volume
    var alone: [Int] = []
    var threads = 1
    var height = RegionGrowing.Height.difference
    var testDescription: String { "\(height) \(reach) \(alone) on \(threads)" }
  }
  static let ways = [
    Way(), Way(threads: 3), Way(alone: [1, 2]), Way(reach: .layers),
    Way(reach: .layers, alone: [2]), Way(height: .grey), Way(threads: 3, height: .grey),
    Way(alone: [1, 2], height: .grey), Way(reach: .layers, height: .grey),
  ]

  private func growing(
    _ way: Way, _ folder: String, keptIn: String?, after interval: Duration = .seconds(30)
  ) -> RegionGrowing {
    let classes = ["a", "b", "c"].enumerated().map { GrowthClass(value: $0, name: $1) }
    var growing = RegionGrowing(
      MemoryVolume(Self.shape, .uint8, Self.greys),
      seeds: GrowthSeeds(classes: classes, labels: MemoryVolume(Self.shape, .uint8, Self.seeds)),
      reach: way.reach, scratchFolder: folder)
    growing.block = way.reach == .volume ? Self.block : Shape3(z: 1, y: 12, x: 14)
    growing.alone = way.alone
    growing.height = way.height
    growing.keptIn = keptIn
    growing.keepingInterval = interval
    return growing
  }

  /// What comes of it without a stop.
  private func whole(_ way: Way) throws -> (labels: [UInt8], report: GrowthReport) {
    let folder = try TemporaryFolder()
    let prepared = try growing(way, folder.path, keptIn: nil)
      .prepared(memory: 1 << 30, threads: way.threads)
    let (labels, report) = try #require(try prepared.run())
    return (try labels.bytes(of: Region(Self.shape)), report)
  }

  @Test(arguments: ways)
  func `goes on where it was, wherever it is stopped`(way: Way) throws {
    let expected = try whole(way)
    let blocks = expected.report.blocks
    for patience in [blocks + 4, blocks + blocks / 2, 2 * blocks, 2 * blocks + 5] {
      let folder = try TemporaryFolder()
      let kept = folder.path + "/.labels.growing"
      var runs = 0
      while true {
        runs += 1
        let asked = Atomic<Int>(0)
        let prepared = try growing(way, folder.path, keptIn: kept)
          .prepared(memory: 1 << 30, threads: way.threads)
        let found = try prepared.run(isStopped: {
          asked.add(1, ordering: .relaxed).newValue > patience
        })
        if runs > 200 {
          Issue.record("it does not come to an end")
          break
        }
        guard let (labels, report) = found else { continue }
        #expect(try labels.bytes(of: Region(Self.shape)) == expected.labels, "\(patience)")
        #expect(report.seeds == expected.report.seeds && report.means == expected.report.means)
        // What is done twice are neighbours of what was left.
        #expect(report.visits <= expected.report.visits + runs * blocks)
        try prepared.forget()
        #expect(try names(inFolder: folder.path).isEmpty)
        break
      }
      #expect(runs > 1)
    }
  }

  /// All files of a folder.
  private static func copy(_ folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try names(inFolder: folder) where name != "lock" && !name.hasPrefix(".") {
      files[name] = try contents(ofFile: folder + "/" + name)
    }
    return files
  }

  @Test(arguments: [
    Way(), Way(alone: [1, 2]), Way(reach: .layers), Way(height: .grey),
    Way(alone: [1, 2], height: .grey),
  ])
  func `ends the same after a kill, with files that are further than what was kept`(
    way: Way
  ) throws {
    let expected = try whole(way)
    let folder = try TemporaryFolder()
    let kept = folder.path + "/.labels.growing"
    var copies: [[String: [UInt8]]] = []
    let store = Mutex<[[String: [UInt8]]]>([])
    let prepared = try growing(way, folder.path, keptIn: kept, after: .zero)
      .prepared(memory: 1 << 30, threads: 1)
    _ = try prepared.run(isStopped: {
      if let files = try? Self.copy(kept), files["state.json"] != nil {
        store.withLock { $0.append(files) }
      }
      return false
    })
    copies = store.withLock { $0 }
    #expect(copies.count > expected.report.blocks)
    for (k, last) in copies.enumerated() where k % 7 == 0 || k + 1 == copies.count {
      var files = last
      // A state that was the last is one of which all that was worked on since was still to be done.
      let earlier =
        (max(0, k - 5)...k).first { j in
          copies[j].keys == last.keys
            && (j...k).allSatisfy {
              Self.pending(copies[j]).isSuperset(of: Self.pending(copies[$0]))
            }
        } ?? k
      files["state.json"] = copies[earlier]["state.json"]
      let folder = try TemporaryFolder()
      let kept = folder.path + "/kept"
      try makeFolder(kept)
      for (name, bytes) in files {
        try FileHandle(creating: kept + "/" + name).write(unsafe bytes.span.bytes, at: 0)
      }
      let prepared = try growing(way, folder.path, keptIn: kept)
        .prepared(memory: 1 << 30, threads: 2)
      let (labels, report) = try #require(try prepared.run())
      #expect(try labels.bytes(of: Region(Self.shape)) == expected.labels, "\(earlier) for \(k)")
      #expect(report.means == expected.report.means)
    }
  }

  private static func pending(_ files: [String: [UInt8]]) -> Set<Int> {
    let state = files["state.json"].flatMap { JSONValue(parsing: $0) }?["state"]
    return Set(state?["pending"]?.array?.compactMap(\.integer) ?? [])
  }

  @Test func `begins anew where it is another growth, or its files are damaged`() throws {
    let expected = try whole(Way())
    for fault in ["other", "damaged"] {
      let folder = try TemporaryFolder()
      let kept = folder.path + "/kept"
      var first = Way()
      if fault == "other" { first.alone = [1] }
      let asked = Atomic<Int>(0)
      let stopped = try growing(first, folder.path, keptIn: kept)
        .prepared(memory: 1 << 30, threads: 1)
        .run(isStopped: { asked.add(1, ordering: .relaxed).newValue > 45 })
      #expect(stopped == nil && kind(ofPath: kept + "/state.json") != .missing)
      if fault == "damaged" { try writeFileAtomically(kept + "/state.json", Array("{".utf8)) }
      let prepared = try growing(Way(), folder.path, keptIn: kept)
        .prepared(memory: 1 << 30, threads: 1)
      let (labels, report) = try #require(try prepared.run())
      #expect(try labels.bytes(of: Region(Self.shape)) == expected.labels)
      #expect(report.visits == expected.report.visits)
    }
  }
}
