/// White noise of a layer and its two neighbours, kept while one goes from layer to layer: each needs
/// all three, and most of the time that a phantom takes goes into drawing it.
struct GrainWindow {
  private let grain: Hash
  private let y: Range<Int>
  private let x: Range<Int>
  private var middle: Int?
  private(set) var above: [Float] = []
  private(set) var here: [Float] = []
  private(set) var below: [Float] = []

  /// White noise from `grain` of the rows `y` and the columns `x`.
  init(_ grain: Hash, y: Range<Int>, x: Range<Int>) {
    self.grain = grain
    self.y = y
    self.x = x
  }

  /// Goes to the layer `z`; what is known already of it and its neighbours is kept.
  mutating func move(to z: Int) {
    guard middle != z else { return }
    if middle == z - 1 {
      (above, here) = (here, below)
    } else {
      above = layer(z - 1)
      here = layer(z)
    }
    below = layer(z + 1)
    middle = z
  }

  private func layer(_ z: Int) -> [Float] {
    let place = grain(z)
    var values = [Float](repeating: 0, count: y.count * x.count)
    var index = 0
    for row in y {
      let line = place(row)
      for column in x {
        values[index] = line(column).normal
        index += 1
      }
    }
    return values
  }
}
