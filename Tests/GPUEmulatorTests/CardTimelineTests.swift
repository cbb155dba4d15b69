import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import Synchronization
import SystemIO
import Testing

/// Keeps what is noted.
final class NotedWork: WorkObserver {
  private let noted = Mutex<[(span: WorkSpan, lane: WorkLane)]>([])

  var all: [(span: WorkSpan, lane: WorkLane)] { noted.withLock { $0 } }

  func note(_ span: WorkSpan, on lane: WorkLane) { noted.withLock { $0.append((span, lane)) } }
}

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A card that is watched` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    @Test(arguments: Emulator.Schedule.each)
    func `tells of each tile when it was copied and computed`(
      schedule: Emulator.Schedule
    ) throws {
      let network = NetworkCase.small[0]
      for slots in [1, 3] {
        emulator.reset(schedule)
        let notes = NotedWork()
        try Timeline.observed(by: notes, lane: "test") {
          _ = try network.run(
            CUDNNEngineFactory(emulator.places), network.plan(.f32), slots: slots, rounds: 4,
            begun: { emulator.table.steady(1) }, ended: { emulator.table.steady(0) })
        }
        #expect(emulator.violations == [])
        #expect(emulator.leak == "")
        let tiles = 4 * network.shapes.count
        let spans = notes.all.filter { $0.lane.owner != WorkLane.host }
        let parts = ["copy to the card", "network", "copy from the card"].map { name in
          spans.filter { $0.span.name == name }.map(\.span)
        }
        #expect(parts.map(\.count) == [tiles, tiles, tiles])
        #expect(Set(spans.map(\.lane.name)) == ["copy in", "network", "copy out"])
        // The emulator's clock grows with each step, so that the order is that of the streams; a number
        // of milliseconds of single precision is a little off, the more the later.
        let first = spans.map(\.span.start).min() ?? 0
        let last = spans.map(\.span.end).max() ?? 0
        let little = 100 + Int(4e6 * (Float(last - first) / 1e6).ulp)
        for tile in 0..<tiles {
          #expect(parts.allSatisfy { $0[tile].start < $0[tile].end })
          #expect(parts[0][tile].end <= parts[1][tile].start + little)
          #expect(parts[1][tile].end <= parts[2][tile].start + little)
          guard tile > 0 else { continue }
          let gaps = parts.map { $0[tile].start - $0[tile - 1].end }
          #expect(gaps.allSatisfy { $0 >= -little }, "\(gaps) of \(last - first) ns")
        }
        #expect(notes.all.count { $0.span.name == "copy on the host" } == tiles)
      }
    }
  }
}
