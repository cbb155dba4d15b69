import SystemIO

/// When a card copied and computed each tile, by timed events on its streams: made only where somebody
/// watches, since events that take the time cost the card a little.
///
/// A single precision number of milliseconds is all that a card says of the time between two events. So a
/// tile's times are measured from the mark of the tile before it in the same slot, whose own time is known,
/// and not from the beginning of the run.
final class CardTimeline: @unchecked Sendable {
  /// What is timed.
  enum Part: Int, CaseIterable {
    case copyIn
    case network
    case copyOut
  }

  /// A slot's: touched by the thread that submits until it has, then by the one that waits.
  private final class SlotEvents {
    let starts: [GPUEvent]
    let ends: [GPUEvent]
    /// The slot's tile before this one, or the beginning: two places, used in turn.
    let marks: [GPUEvent]
    var markTime: Int
    var turn = 0
    var tile: Int?
    var bytes = [0, 0, 0]

    init(starts: [GPUEvent], ends: [GPUEvent], marks: [GPUEvent], markTime: Int) {
      self.starts = starts
      self.ends = ends
      self.marks = marks
      self.markTime = markTime
    }
  }

  private let slots: [SlotEvents]
  private let lanes: [WorkLane]

  /// For a card whose streams are at rest.
  init(_ session: GPUSession, slots count: Int, _ stream: GPUStream) throws(GPUError) {
    let owner = "\(session.card.name) (card \(session.card.ordinal))"
    lanes = ["copy in", "network", "copy out"].map { WorkLane($0, of: owner) }
    func events(_ count: Int) throws(GPUError) -> [GPUEvent] {
      var events: [GPUEvent] = []
      for _ in 0..<count { events.append(try GPUEvent(session, isTimed: true)) }
      return events
    }
    let parts = Part.allCases.count
    var slots: [SlotEvents] = []
    for _ in 0..<count {
      let marks = try events(2)
      try stream.record(marks[0])
      try stream.synchronise()
      // The host's clock is looked at once: a busy host comes late, and not equally late for each slot.
      var time = Timeline.nanoseconds
      if let first = slots.first {
        let since = try first.marks[0].milliseconds(to: marks[0])
        time = first.markTime + Int((Double(since) * 1e6).rounded())
      }
      slots.append(
        SlotEvents(
          starts: try events(parts), ends: try events(parts), marks: marks, markTime: time))
    }
    self.slots = slots
  }

  /// A slot's next tile: the one that the calling thread works on.
  func begin(_ slot: Int, input: Int, output: Int) {
    slots[slot].tile = Timeline.tile
    slots[slot].bytes = [input, 0, output]
  }

  /// What follows on `stream` is `part` of the slot's tile.
  func starts(_ part: Part, _ slot: Int, on stream: GPUStream) throws(GPUError) {
    try stream.record(slots[slot].starts[part.rawValue])
  }

  /// It was that.
  func ends(_ part: Part, _ slot: Int, on stream: GPUStream) throws(GPUError) {
    try stream.record(slots[slot].ends[part.rawValue])
    if part == .network { try stream.record(slots[slot].marks[1 - slots[slot].turn]) }
  }

  /// Tells of the slot's tile, for which somebody has waited.
  func tell(_ slot: Int) throws(GPUError) {
    let events = slots[slot]
    let mark = events.marks[events.turn]
    func time(_ event: GPUEvent) throws(GPUError) -> Int {
      events.markTime + Int((Double(try mark.milliseconds(to: event)) * 1e6).rounded())
    }
    for part in Part.allCases {
      let (start, end) = (
        try time(events.starts[part.rawValue]), try time(events.ends[part.rawValue])
      )
      let bytes = events.bytes[part.rawValue]
      Timeline.note(
        WorkSpan(
          Self.names[part.rawValue], start: start, end: end, tile: events.tile,
          byteCount: bytes > 0 ? bytes : nil), on: lanes[part.rawValue])
    }
    slots[slot].markTime = try time(events.marks[1 - events.turn])
    slots[slot].turn = 1 - events.turn
  }

  private static let names = ["copy to the card", "network", "copy from the card"]
}
