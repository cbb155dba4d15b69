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
        for tile in 0..<tiles {
          #expect(parts.allSatisfy { $0[tile].start < $0[tile].end })
          // The emulator's clock grows with each step, so that the order is that of the streams; a
          // number of milliseconds of single precision is a little off.
          #expect(parts[0][tile].end <= parts[1][tile].start + 100)
          #expect(parts[1][tile].end <= parts[2][tile].start + 100)
          guard tile > 0 else { continue }
          #expect(parts.allSatisfy { $0[tile - 1].end <= $0[tile].start + 100 })
        }
        #expect(notes.all.count { $0.span.name == "copy on the host" } == tiles)
      }
    }
  }
}
