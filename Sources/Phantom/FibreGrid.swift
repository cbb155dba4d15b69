/// The fibres of a phantom and a coarse grid to find those near a position.
struct FibreGrid: Sendable {
  /// Edge of a cell.
  private static let edge = 32.0
  /// Distance of the beads by which a fibre is entered.
  private static let beadStep = 8.0

  private(set) var fibres: [Fibre] = []
  private let origin: Vector
  private let count: (z: Int, y: Int, x: Int)
  /// How near to a position a fibre's axis must come to be found.
  private let reach: Double
  /// The first entry of each cell, or -1.
  private var first: [Int32]
  /// Entries of all cells: the fibre, and the next entry of the same cell.
  private var entries: [(fibre: Int32, next: Int32)] = []

  /// A grid over `box`, in which fibres are found whose axis is nearer than `reach`.
  init(over box: Box, reach: Double) {
    origin = box.low
    self.reach = reach
    func cells(_ extent: Double) -> Int { max(1, Int((extent / Self.edge).rounded(.up))) }
    count = (
      cells(box.high.z - box.low.z), cells(box.high.y - box.low.y), cells(box.high.x - box.low.x)
    )
    first = [Int32](repeating: -1, count: count.z * count.y * count.x)
  }

  private func cell(_ position: Double, _ origin: Double, _ count: Int) -> Int {
    max(0, min(count - 1, Int(((position - origin) / Self.edge).rounded(.down))))
  }

  /// Adds `fibre`.
  mutating func add(_ fibre: Fibre) {
    let id = Int32(fibres.count)
    fibres.append(fibre)
    let length = (fibre.end - fibre.start).length
    let beads = max(1, Int((length / Self.beadStep).rounded(.up)))
    let margin = reach + Self.beadStep / 2
    for bead in 0...beads {
      let p = fibre.start + (fibre.end - fibre.start) * (Double(bead) / Double(beads))
      for z in cell(p.z - margin, origin.z, count.z)...cell(p.z + margin, origin.z, count.z) {
        for y in cell(p.y - margin, origin.y, count.y)...cell(p.y + margin, origin.y, count.y) {
          for x in cell(p.x - margin, origin.x, count.x)...cell(p.x + margin, origin.x, count.x) {
            let index = (z * count.y + y) * count.x + x
            // A fibre's beads come one after the other, so a second entry would follow its first.
            if first[index] >= 0, entries[Int(first[index])].fibre == id { continue }
            entries.append((id, first[index]))
            first[index] = Int32(entries.count - 1)
          }
        }
      }
    }
  }

  /// Whether a ball of `radius` at `position` would meet a fibre.
  func meets(_ position: Vector, radius: Double) -> Bool {
    let index =
      (cell(position.z, origin.z, count.z) * count.y + cell(position.y, origin.y, count.y))
      * count.x + cell(position.x, origin.x, count.x)
    var entry = first[index]
    while entry >= 0 {
      let fibre = fibres[Int(entries[Int(entry)].fibre)]
      if fibre.distanceToAxis(from: position) < radius + fibre.radius { return true }
      entry = entries[Int(entry)].next
    }
    return false
  }
}
