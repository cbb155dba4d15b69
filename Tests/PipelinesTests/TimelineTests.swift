import Pipelines
import Synchronization
import SystemIO
import Testing

/// Keeps what it is told.
private final class Notes: WorkObserver {
  let spans = Mutex<[(span: WorkSpan, lane: WorkLane)]>([])
  /// Threads that are neither waiting nor ended.
  let awake = Atomic<Int>(1)
  let least = Atomic<Int>(1)

  func note(_ span: WorkSpan, on lane: WorkLane) { spans.withLock { $0.append((span, lane)) } }
  func threadBegins() { awake.add(1, ordering: .relaxed) }
  func threadEnds() { fall() }
  func threadWaits() { fall() }
  func threadWakes() { awake.add(1, ordering: .relaxed) }

  private func fall() {
    let now = awake.subtract(1, ordering: .relaxed).newValue
    least.min(now, ordering: .relaxed)
  }
}

@Suite struct `What threads do` {
  @Test func `is told with its lane, its tile and what it lies in`() {
    let notes = Notes()
    Timeline.work("before") {}
    Timeline.observed(by: notes, lane: "main") {
      Timeline.work("outer", tile: 3) {
        Timeline.work("inner", byteCount: 7) {}
        #expect(Timeline.tile == 3)
      }
      Timeline.work("after") {}
      #expect(Timeline.tile == nil)
    }
    Timeline.work("behind") {}
    let spans = notes.spans.withLock { $0 }
    #expect(spans.map(\.span.name) == ["inner", "outer", "after"])
    #expect(spans.map(\.span.tile) == [3, 3, nil])
    #expect(spans.map(\.span.depth) == [1, 0, 0])
    #expect(spans.map(\.span.byteCount) == [7, nil, nil])
    #expect(spans.allSatisfy { $0.lane == WorkLane("main") })
    #expect(spans[1].span.start <= spans[0].span.start && spans[0].span.end <= spans[1].span.end)
  }

  @Test func `is told of threads that a watched one begins, and of no others`() {
    let notes = Notes()
    Timeline.observed(by: notes, lane: "main") {
      let named = StageThread<Never>(lane: "stage") { Timeline.work("a") {} }
      named.join()
      let nameless = StageThread<Never> { Timeline.work("b") {} }
      nameless.join()
    }
    StageThread<Never>(lane: "other") { Timeline.work("c") {} }.join()
    let spans = notes.spans.withLock { $0 }
    #expect(spans.map(\.span.name) == ["a", "b"])
    #expect(spans.map(\.lane.name) == ["stage", "main 2"])
  }

  @Test func `counts who waits and who is awake, and never nobody while there is work`() {
    for _ in 0..<20 {
      let notes = Notes()
      Timeline.observed(by: notes, lane: "main") {
        let there = BoundedQueue<Int>(capacity: 1)
        let back = BoundedQueue<Int>(capacity: 1)
        let stage = StageThread<Never> {
          while let value = there.pop() { back.push(value + 1) }
        }
        var value = 0
        for _ in 0..<200 {
          there.push(value)
          value = back.pop() ?? 0
        }
        there.close()
        stage.join()
        #expect(value == 200)
      }
      #expect(notes.awake.load(ordering: .relaxed) == 1)
      #expect(notes.least.load(ordering: .relaxed) >= 1)
    }
  }
}
