import SystemIO

/// How long each lane of a run worked, and which of them the others waited for.
public struct LaneTimes: Hashable, Sendable {
  /// One lane.
  public struct Lane: Hashable, Sendable {
    /// Thread or stream.
    public var lane: WorkLane
    /// Nanoseconds in which it worked.
    public var busy = 0
    /// Things that it did.
    public var spans = 0
    /// Nanoseconds of each kind of work, what lies in other work included.
    public var kinds: [String: Int] = [:]

    /// One that has done nothing.
    public init(_ lane: WorkLane) { self.lane = lane }
  }

  /// The lanes, in the order in which they began.
  public private(set) var lanes: [Lane] = []
  private var places: [WorkLane: Int] = [:]
  private var first = Int.max
  private var last = Int.min

  /// Nothing was done.
  public init() {}

  /// Adds what was done.
  public mutating func add(_ span: WorkSpan, on lane: WorkLane) {
    let place: Int
    if let known = places[lane] {
      place = known
    } else {
      place = lanes.count
      places[lane] = place
      lanes.append(Lane(lane))
    }
    first = min(first, span.start)
    last = max(last, span.end)
    lanes[place].spans += 1
    lanes[place].kinds[span.name, default: 0] += span.nanoseconds
    if span.depth == 0 { lanes[place].busy += span.nanoseconds }
  }

  /// Nanoseconds from the first beginning to the last end.
  public var wall: Int { max(0, last - first) }

  /// The part of the time in which `lane` worked.
  public func share(of lane: Lane) -> Double { wall > 0 ? Double(lane.busy) / Double(wall) : 0 }

  /// The lane that worked longest: what the others waited for.
  public var limiting: Lane? { lanes.max { $0.busy < $1.busy } }
}
