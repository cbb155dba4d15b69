import EngineCore
import Testing

@Suite struct `Streams` {
  /// Two layers of 3x3x3 around a pooling and what brings the resolution back, beside a skip.
  static let moves: [StreamSchedule.Move] = {
    func from(_ value: Int, _ step: DepthStep) -> StreamSchedule.Source { .init(value, step) }
    let three = DepthStep.gather(kernel: 3, stride: 1, before: 1)
    return [
      .init([], to: 0),
      .init([from(0, three)], to: 1),
      .init([from(1, .gather(kernel: 2, stride: 2, before: 0))], to: 2),
      .init([from(2, three)], to: 3),
      .init([from(3, .spread(factor: 2))], to: 4),
      .init([from(4, .same), from(1, .same)], to: 5),
      .init([from(5, three)], to: nil),
    ]
  }()
  static let extents = [40, 40, 20, 20, 40, 40]

  /// What a window holds is looked up as the engine would: places, and what drops leave.
  @Test(arguments: [0, 0.5, 3], [2, 4, 8, 40])
  func `find in each window the layers that they need`(room: Double, chunk: Int) {
    let schedule = StreamSchedule(
      Self.moves, extents: Self.extents, depth: 40, chunk: chunk, room: room)
    var windows = schedule.capacities.map { [Int](repeating: -1, count: $0) }
    var result = 0
    for round in schedule.rounds {
      for action in round.actions {
        let move = Self.moves[action.step]
        for (source, place) in zip(move.sources, action.sourcePlaces) {
          let need = source.depth == .same ? action.output : action.input
          #expect(Array(windows[source.value][place..<place + need.count]) == Array(need))
        }
        if let to = move.destination {
          for (offset, layer) in action.output.enumerated() {
            windows[to][action.place + offset] = layer
          }
        } else {
          #expect(action.output.lowerBound == result)
          result = action.output.upperBound
        }
      }
      for drop in round.drops {
        let kept = Array(windows[drop.buffer][drop.count..<drop.count + drop.kept])
        windows[drop.buffer].replaceSubrange(0..<drop.kept, with: kept)
      }
    }
    #expect(result == 40)
  }

  /// One looks far ahead in what the other takes as it comes.
  @Test(arguments: [2, 8]) func `add only to what is there`(chunk: Int) {
    let far = DepthStep.gather(kernel: 9, stride: 1, before: 4)
    let moves: [StreamSchedule.Move] = [
      .init([], to: 0), .init([.init(0, far)], to: 1),
      .init([.init(0, .gather(kernel: 5, stride: 1, before: 2))], to: 2),
      .init([.init(2, .gather(kernel: 3, stride: 1, before: 1))], to: 1, adds: true),
      .init([.init(1, .same)], to: nil),
    ]
    let schedule = StreamSchedule(moves, extents: [30, 30, 30], depth: 30, chunk: chunk)
    var made = [0, 0, 0, 0, 0]
    for action in schedule.rounds.flatMap(\.actions) {
      #expect(action.output.lowerBound == made[action.step])
      made[action.step] = action.output.upperBound
      #expect(made[3] <= made[1] && made[4] <= made[3])
    }
    #expect(made == [30, 30, 30, 30, 30])
  }

  @Test func `move what they keep less often where there is room`() {
    func moved(_ room: Double) -> Int {
      let schedule = StreamSchedule(
        Self.moves, extents: Self.extents, depth: 40, chunk: 2, room: room)
      return schedule.rounds.reduce(0) { $0 + $1.drops.reduce(0) { $0 + $1.kept } }
    }
    #expect(3 * moved(3) < 2 * moved(0))
  }
}
