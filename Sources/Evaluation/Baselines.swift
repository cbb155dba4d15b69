import VolumeCore

/// What a model that has learned nothing of shapes reaches on the same voxels: below it, a network is
/// worth nothing.
public struct Baselines: Hashable, Sendable {
  /// One such model.
  public struct Model: Hashable, Sendable {
    /// Which: "all equal", "all majority", "best class per grey value".
    public var name: String
    /// Its flat Jaccard loss: 1 - sum(t p) / (sum(t^2) + sum(p^2) - sum(t p)) over voxels and classes,
    /// t being 1 for the true class and p the probability.
    public var loss: Double
    /// The Jaccard index of each class; `nil` for what does not decide for a class.
    public var jaccard: [Double?]
    /// The mean over the classes that occur.
    public var mean: Double? {
      let known = jaccard.compactMap(\.self)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  /// The classes' values.
  public var classes: [Int]
  /// The models.
  public var models: [Model]

  /// Models for classes that occur so often, and so often at each grey value where that is known.
  ///
  /// - Parameters:
  ///   - supports: voxels of each class; classes without any are left out of the means.
  ///   - greys: for each class, how often each grey value (or bin) occurs.
  public init(classes: [Int], supports: [Int], greys: [[Int]]? = nil) {
    self.classes = classes
    let total = supports.reduce(0, +)
    let shares = supports.map { total == 0 ? 0 : Double($0) / Double(total) }
    let occurring = supports.filter { $0 > 0 }.count
    models = []
    guard total > 0, occurring > 0 else { return }
    // Every voxel is 1/K of each class: sum(t p) = N/K and sum(p^2) = N/K.
    models.append(
      Model(
        name: "all equal", loss: 1 - 1 / Double(occurring),
        jaccard: classes.map { _ in nil }))
    let majority = shares.indices.max { shares[$0] < shares[$1] } ?? 0
    models.append(
      Model(
        name: "all majority", loss: 1 - Self.flat(shares[majority]),
        jaccard: supports.indices.map {
          supports[$0] == 0 ? nil : $0 == majority ? shares[$0] : 0
        }))
    if let greys { models.append(Self.perGrey(greys, supports, total)) }
  }

  /// The flat Jaccard index of decisions of this accuracy: each wrong voxel is in both unions.
  private static func flat(_ accuracy: Double) -> Double { accuracy / (2 - accuracy) }

  /// Every grey value gets the class that it most often is, the first of equals.
  private static func perGrey(_ greys: [[Int]], _ supports: [Int], _ total: Int) -> Model {
    var right = supports.map { _ in 0 }
    var called = right
    for bin in greys.first?.indices ?? 0..<0 {
      let counts = greys.map { $0[bin] }
      guard let most = counts.max(), most > 0, let winner = counts.firstIndex(of: most) else {
        continue
      }
      right[winner] += most
      called[winner] += counts.reduce(0, +)
    }
    return Model(
      name: "best class per grey value",
      loss: 1 - flat(Double(right.reduce(0, +)) / Double(total)),
      jaccard: supports.indices.map {
        supports[$0] + called[$0] == 0
          ? nil : ratio(right[$0], supports[$0] + called[$0] - right[$0])
      })
  }
}
