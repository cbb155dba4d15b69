import Glibc

/// How large a step's rate is, epoch by epoch.
public enum Schedule: Hashable, Sendable {
  /// The same throughout.
  case constant(Double)
  /// Pieces of whole epochs, one after the other; after the last its last rate is held.
  case pieces([Piece])
  /// From a fiftieth of `peak` up to it in the first part `rise` of `epochs`, then down along a cosine
  /// to a thousandth of it (Smith, 2018); changes at every step.
  case oneCycle(peak: Double, epochs: Int, rise: Double)
  /// From `from` to `to` along half a cosine in `epochs`, then held; changes at every step.
  case cosine(from: Double, to: Double, epochs: Int)
  /// The range test: from `from` to `to`, each step by the same factor; where the loss falls fastest is
  /// a good rate, where it rises again one too large.
  case rangeTest(from: Double, to: Double, epochs: Int)

  /// One piece: a rate held, then `points` epochs from `from` to `to`, both included.
  public struct Piece: Hashable, Sendable {
    /// How the rate goes from one end to the other.
    public enum Form: String, Hashable, Sendable, CaseIterable {
      /// By equal factors.
      case log
      /// By equal differences.
      case linear
    }

    /// How it goes.
    public var form: Form
    /// Epochs at `from` before it begins.
    public var hold: Int
    /// The rate that it begins with.
    public var from: Double
    /// The rate that it ends with.
    public var to: Double
    /// Epochs that it takes; 0 where it only holds.
    public var points: Int

    /// A piece with these numbers.
    public init(_ form: Form, hold: Int = 0, from: Double, to: Double, points: Int) {
      self.form = form
      self.hold = hold
      self.from = from
      self.to = to
      self.points = points
    }

    /// The epochs that it lasts.
    var epochs: Int { hold + points }

    /// The rate in its epoch `epoch`, counted from its beginning.
    func rate(_ epoch: Int) -> Double {
      guard epoch >= hold, points > 0 else { return from }
      let part = points > 1 ? Double(min(epoch - hold, points - 1)) / Double(points - 1) : 1
      // The ends exactly, so that what is written down is what is used.
      if part == 0 { return from }
      if part == 1 { return to }
      switch form {
      case .linear: return from + (to - from) * part
      case .log: return from * pow(to / from, part)
      }
    }
  }

  /// The original's "teeth": up, held and down again three times, slower each time, then a long tail.
  public static let schedule00: Schedule = .pieces([
    Piece(.log, from: 1e-4, to: 1e-3, points: 10),
    Piece(.log, hold: 20, from: 1e-3, to: 1e-4, points: 10),
    Piece(.log, from: 1e-4, to: 1e-3, points: 20),
    Piece(.log, hold: 20, from: 1e-3, to: 1e-4, points: 20),
    Piece(.log, from: 1e-4, to: 1e-3, points: 20),
    Piece(.log, hold: 20, from: 1e-3, to: 1e-4, points: 20),
    Piece(.log, hold: 50, from: 1e-4, to: 1e-5, points: 50),
  ])

  /// The paper's: held for 100 epochs, then down in a straight line.
  public static let paper: Schedule = .pieces([
    Piece(.linear, hold: 100, from: 1e-3, to: 1e-4, points: 102)
  ])

  /// The rate at `epochs` since the beginning: 3.25 is a quarter of the way through the fourth epoch.
  public func rate(at epochs: Double) -> Double {
    switch self {
    case .constant(let rate): return rate
    case .pieces(let pieces):
      var epoch = Int(epochs)
      for piece in pieces {
        if epoch < piece.epochs { return piece.rate(epoch) }
        epoch -= piece.epochs
      }
      guard let last = pieces.last else { return 0 }
      return last.points > 0 ? last.to : last.from
    case .oneCycle(let peak, let length, let rise):
      let part = min(epochs / Double(max(length, 1)), 1)
      return part < rise
        ? Self.cosine(peak / 50, peak, part / rise)
        : Self.cosine(peak, peak / 1000, rise < 1 ? (part - rise) / (1 - rise) : 1)
    case .cosine(let from, let to, let length):
      return Self.cosine(from, to, min(epochs / Double(max(length, 1)), 1))
    case .rangeTest(let from, let to, let length):
      return from * pow(to / from, min(epochs / Double(max(length, 1)), 1))
    }
  }

  private static func cosine(_ from: Double, _ to: Double, _ part: Double) -> Double {
    to + (from - to) * (1 + cos(Double.pi * part)) / 2
  }
}
