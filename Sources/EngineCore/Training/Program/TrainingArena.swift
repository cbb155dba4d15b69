/// Where each buffer of a training lies: values beside each other, since the way back reads them
/// all; gradients where one lay that nobody reads any more.
package struct TrainingArena {
  package private(set) var offsets: [Int] = []
  package private(set) var byteCount = 0

  package init(_ program: TrainingProgram, samples: Int) {
    let sizes = program.buffers.map { ($0.byteCount(samples: samples) + 4095) / 4096 * 4096 }
    offsets = Array(repeating: 0, count: sizes.count)
    for (number, buffer) in program.buffers.enumerated() where !buffer.isGradient {
      offsets[number] = byteCount
      byteCount += sizes[number]
    }
    let values = byteCount

    var first: [Int: Int] = [program.scoresGradient: -1]
    var last: [Int: Int] = [program.scoresGradient: -1]
    for (time, step) in program.backward.enumerated() {
      for number in step.buffers where program.buffers[number].isGradient {
        first[number] = min(first[number] ?? time, time)
        last[number] = time
      }
    }
    // In the order in which they begin, each in the first gap between those that live meanwhile.
    let order = first.keys.sorted { (first[$0] ?? 0, $0) < (first[$1] ?? 0, $1) }
    var placed: [Int] = []
    for number in order {
      let (begin, end) = (first[number] ?? 0, last[number] ?? 0)
      let neighbours = placed.filter { (last[$0] ?? 0) >= begin && (first[$0] ?? 0) <= end }
        .sorted { offsets[$0] < offsets[$1] }
      var place = values
      for other in neighbours {
        if offsets[other] >= place + sizes[number] { break }
        place = max(place, offsets[other] + sizes[other])
      }
      offsets[number] = place
      placed.append(number)
      byteCount = max(byteCount, place + sizes[number])
    }
  }
}

extension BackwardStep {
  /// The buffers that it reads or writes.
  fileprivate var buffers: [Int] {
    switch self {
    case .tail(_, let pieces, let to, let terms):
      pieces.map(\.buffer) + [to].compactMap { $0?.buffer } + terms.compactMap { $0?.buffer }
    case .sum(let pieces, let to): pieces.map(\.buffer) + [to.buffer]
    case .convolveData(_, let from, let to): [from, to]
    case .convolveWeights(_, let gradient): [gradient]
    case .pool(_, let gradient, let to, _): [gradient.buffer, to.buffer]
    case .spread(let gradient, let to, _): [gradient.buffer, to.buffer]
    case .layers(let gradient, let to, _): [gradient, to]
    case .crop(_, let gradient, let to): [gradient.buffer, to.buffer]
    case .groupNorm(_, _, _, let gradient, let to): [gradient, to]
    case .softmax(_, let gradient, let to): [gradient, to]
    }
  }
}
