import VolumeCore

/// Region growing in memory, written to be read: whoever's cost has changed tells its neighbours.
struct GrowthReference {
  /// A way's cost: the worst step, and the steps since it rose to that.
  struct Cost: Comparable {
    var level: Int
    var steps: Int

    static func < (a: Cost, b: Cost) -> Bool { (a.level, a.steps) < (b.level, b.steps) }

    func step(_ height: Int) -> Cost {
      height > level
        ? Cost(level: height, steps: 1) : Cost(level: level, steps: min(steps + 1, 65535))
    }
  }

  var shape: Shape3
  var greys: [UInt8]
  /// The class whose seed a voxel is, 254 outside, 255 none.
  var seeds: [UInt8]
  var classes: Int
  var crossesLayers: Bool
  var followsMeans = true

  func neighbours(_ v: Int) -> [Int] {
    let (z, y, x) = (v / (shape.y * shape.x), v / shape.x % shape.y, v % shape.x)
    var result: [Int] = []
    if x > 0 { result.append(v - 1) }
    if x + 1 < shape.x { result.append(v + 1) }
    if y > 0 { result.append(v - shape.x) }
    if y + 1 < shape.y { result.append(v + shape.x) }
    if crossesLayers, z > 0 { result.append(v - shape.y * shape.x) }
    if crossesLayers, z + 1 < shape.z { result.append(v + shape.y * shape.x) }
    return result
  }

  func heights(_ place: Int) -> [Int] {
    let own = greys.indices.filter { seeds[$0] == place }
    let mean = Double(own.reduce(0) { $0 + Int(greys[$1]) }) / Double(own.count)
    // In parts of 256, as said.
    return greys.map { followsMeans ? Int((abs(Double($0) - mean) * 256).rounded()) : Int($0) }
  }

  func costs(_ place: Int) -> [Cost?] { costs(of: [UInt8(place)], heights(place)) }

  func costs(of places: Set<UInt8>, _ heights: [Int]) -> [Cost?] {
    var costs: [Cost?] = seeds.map { places.contains($0) ? Cost(level: 0, steps: 0) : nil }
    var changed = costs.indices.filter { costs[$0] != nil }
    var first = 0
    while first < changed.count {
      let v = changed[first]
      first += 1
      guard let before = costs[v] else { continue }
      for n in neighbours(v) where seeds[n] == 255 {
        let cost = before.step(heights[n])
        if let known = costs[n], known <= cost { continue }
        costs[n] = cost
        changed.append(n)
      }
    }
    return costs
  }

  var labels: [UInt8] {
    let costs = (0..<classes).map { self.costs($0) }
    return seeds.indices.map { v in
      guard seeds[v] == 255 else { return seeds[v] }
      var best: (Cost, Int)?
      for place in 0..<classes {
        guard let cost = costs[place][v] else { continue }
        if best.map({ cost < $0.0 }) ?? true { best = (cost, place) }
      }
      return best.map { UInt8($0.1) } ?? 255
    }
  }

  /// A watershed: voxels in the order of their costs take the class of a neighbour of least cost.
  var divided: [UInt8] {
    let costs = costs(of: Set((0..<classes).map { UInt8($0) }), greys.map { Int($0) })
    var labels = seeds
    let ways = seeds.indices.compactMap { v in costs[v].map { (cost: $0, voxel: v) } }
    for (_, v) in ways.sorted(by: { $0.cost < $1.cost }) where seeds[v] == 255 {
      let beside = neighbours(v).compactMap { n in costs[n].map { (cost: $0, label: labels[n]) } }
      if let from = beside.min(by: { ($0.cost, $0.label) < ($1.cost, $1.label) }) {
        labels[v] = from.label
      }
    }
    return labels
  }

  /// The best of all ways to each voxel, by trying them all: for a handful of voxels.
  func costsOfAllWays(_ place: Int) -> [Cost?] {
    let heights = heights(place)
    var best: [Cost?] = Array(repeating: nil, count: seeds.count)
    func follow(_ way: [Int], _ steps: [Int]) {
      let v = way[way.count - 1]
      if let level = steps.max(), let rise = steps.firstIndex(of: level) {
        let cost = Cost(level: level, steps: steps.count - rise)
        if best[v].map({ cost < $0 }) ?? true { best[v] = cost }
      }
      for n in neighbours(v) where seeds[n] == 255 && !way.contains(n) {
        follow(way + [n], steps + [heights[n]])
      }
    }
    for v in seeds.indices where seeds[v] == place { follow([v], []) }
    return best
  }
}
