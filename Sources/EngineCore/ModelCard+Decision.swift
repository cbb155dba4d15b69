import VolumeCore

extension ModelCard {
  /// What each class's probability is multiplied by before the highest one is taken, as chosen when the
  /// model was trained; empty where it is not said.
  ///
  /// The most probable class is not the choice with the highest Jaccard index: a class that is rare and
  /// hard to tell is better called a little too often than never.
  public var decisionFactors: [Float] {
    get throws(Explanation) {
      guard let value = document["decision_factors"], value != .null else { return [] }
      let factors = (value.array ?? []).compactMap { $0.number.map(Float.init) }
      guard factors.count == classes.count, value.array?.count == classes.count,
        factors.allSatisfy({ $0 > 0 && $0.isFinite })
      else {
        throw Explanation(
          .input,
          "the model's card: decision_factors are \(value.text()), and there are \(classes.count) "
            + "classes",
          remedy: "give one number above 0 for each class, or take them out of the card")
      }
      return factors.contains { $0 != 1 } ? factors : []
    }
  }
}
