/// A straight rod with round ends.
struct Fibre: Hashable, Sendable {
  /// Where its axis begins.
  var start: Vector
  /// Where its axis ends.
  var end: Vector
  /// Half its diameter.
  var radius: Double
  /// The factor on its difference in grey to the matrix.
  var contrast: Double

  /// The direction of the axis.
  var direction: Vector { (end - start).unit }

  /// How far `position` lies from the axis.
  func distanceToAxis(from position: Vector) -> Double {
    let axis = end - start
    let share = max(0, min(1, (position - start).dot(axis) / axis.dot(axis)))
    return (position - start - axis * share).length
  }

  /// The layers that it touches or changes the grey of.
  func reach(_ margin: Double) -> ClosedRange<Double> {
    (min(start.z, end.z) - radius - margin)...(max(start.z, end.z) + radius + margin)
  }
}
