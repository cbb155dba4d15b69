import Pipelines

/// Where cards that share a batch tell each other their sums: each gives its own and gets everyone's, in the
/// order of the cards, so that all add up the same numbers in the same order.
final class CardExchange<Number: Sendable>: Sendable {
  private let cards: Int
  /// From card i to card j at i * cards + j.
  private let queues: [BoundedQueue<[Number]>]

  init(cards: Int) {
    self.cards = cards
    queues = (0..<(cards * cards)).map { _ in BoundedQueue(capacity: 1) }
  }

  /// Everyone's numbers, once all have come; throws where another card has failed.
  func all(_ card: Int, _ numbers: [Number]) throws(GPUError) -> [[Number]] {
    for other in 0..<cards {
      guard queues[card * cards + other].push(numbers) else { throw .otherCardFailed }
    }
    var result: [[Number]] = []
    for other in 0..<cards {
      guard let theirs = queues[other * cards + card].pop() else { throw .otherCardFailed }
      result.append(theirs)
    }
    return result
  }

  /// Nobody waits any more.
  func abort() { for queue in queues { queue.abort() } }
}

/// One card's part of a batch that several share.
struct CardPart: Sendable {
  /// The card's place among them.
  var card: Int
  /// The place of its first sample in the batch.
  var firstSample: Int
  /// Samples of each card.
  var samples: [Int]
  var sums: CardExchange<Double>
  var gradients: CardExchange<Float>

  /// Samples of the whole batch.
  var allSamples: Int { samples.reduce(0, +) }

  /// The sums of all cards.
  func total(_ values: [Double]) throws(GPUError) -> [Double] {
    let all = try sums.all(card, values)
    return all.dropFirst().reduce(all[0]) { sum, other in zip(sum, other).map { $0 + $1 } }
  }

  /// Mean and variance of all cards' voxels, from each one's (means, then variances).
  func moments(_ own: [Float]) throws(GPUError) -> [Float] {
    let all = try sums.all(card, own.map { Double($0) })
    let count = own.count / 2
    var result = [Float](repeating: 0, count: own.count)
    for c in 0..<count {
      // Chan et al., 1979.
      var (n, mean, squares) = (0.0, 0.0, 0.0)
      for (card, values) in all.enumerated() {
        let more = Double(samples[card])
        let distance = values[c] - mean
        squares += values[count + c] * more + distance * distance * n * more / (n + more)
        mean += distance * more / (n + more)
        n += more
      }
      (result[c], result[count + c]) = (Float(mean), Float(squares / n))
    }
    return result
  }
}
