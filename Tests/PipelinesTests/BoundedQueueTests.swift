import Pipelines
import Synchronization
import Testing

@Suite struct `A bounded queue` {
  @Test func `gives what was pushed, in order, and then ends`() {
    let queue = BoundedQueue<Int>(capacity: 3)
    let stage = StageThread<Never> {
      for number in 0..<100 { queue.push(number) }
      queue.close()
    }
    var received: [Int] = []
    while let number = queue.pop() { received.append(number) }
    stage.join()
    #expect(received == Array(0..<100))
    #expect(!queue.push(1))
  }

  @Test func `never holds more than its capacity`() {
    let queue = BoundedQueue<Int>(capacity: 2)
    let inside = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    let stage = StageThread<Never> {
      for number in 0..<50 {
        queue.push(number)
        let now = inside.add(1, ordering: .sequentiallyConsistent).newValue
        _ = most.max(now, ordering: .sequentiallyConsistent)
      }
      queue.close()
    }
    while true {
      inside.subtract(1, ordering: .sequentiallyConsistent)
      guard queue.pop() != nil else { break }
    }
    stage.join()
    #expect(most.load(ordering: .relaxed) <= 2)
  }

  @Test func `lets nobody wait after an abort`() {
    let queue = BoundedQueue<Int>(capacity: 1)
    queue.push(1)
    let pushing = StageThread<Never> { #expect(!queue.push(2)) }
    queue.abort()
    pushing.join()
    #expect(queue.pop() == nil)
  }

  @Test func `takes what must still come after it was closed`() {
    let queue = BoundedQueue<Int>(capacity: 2)
    queue.close()
    #expect(!queue.push(1))
    let late = StageThread<Never> { queue.pushAlways(2) }
    #expect(queue.popEvenWhenClosed() == 2)
    late.join()
    #expect(queue.pop() == nil)
  }

  @Test func `releases what nobody took`() {
    let witness = Witness()
    do {
      let queue = BoundedQueue<Held>(capacity: 4)
      queue.push(Held(witness))
      queue.push(Held(witness))
      _ = queue.pop()
    }
    #expect(witness.released.load(ordering: .relaxed) == 2)
  }
}

private final class Witness: Sendable {
  let released = Atomic<Int>(0)
}

private struct Held: ~Copyable, Sendable {
  let witness: Witness
  init(_ witness: Witness) { self.witness = witness }
  deinit { witness.released.add(1, ordering: .relaxed) }
}

@Suite struct `A stage thread` {
  private struct Failure: Error, Equatable {
    var number: Int
  }

  @Test func `throws where it is joined what its body threw`() {
    let stage = StageThread<Failure> { () throws(Failure) in throw Failure(number: 7) }
    #expect(throws: Failure(number: 7)) { try stage.join() }
  }
}

@Suite struct `A byte pool` {
  @Test func `makes those wait who ask for more than is left`() {
    let pool = BytePool(budget: 100)
    #expect(pool.take(60))
    let order = Mutex<[String]>([])
    let stage = StageThread<Never> {
      #expect(pool.take(50))
      order.withLock { $0.append("taken") }
    }
    order.withLock { $0.append("given back") }
    pool.giveBack(60)
    stage.join()
    #expect(order.withLock { $0 } == ["given back", "taken"])
  }

  @Test func `gives more than the budget to one who is alone`() {
    #expect(BytePool(budget: 10).take(1000))
  }

  @Test func `lets nobody wait after an abort`() {
    let pool = BytePool(budget: 10)
    #expect(pool.take(10))
    let stage = StageThread<Never> { #expect(!pool.take(1)) }
    pool.abort()
    stage.join()
  }
}

@Suite struct `A thread budget` {
  @Test(arguments: [(1, nil, 1, 4), (2, nil, 2, 6), (8, 3, 3, 3), (2, 1, 1, 1), (0, nil, 1, 4)])
  func `gives the engine every core that has a slot`(
    cores: Int, slots: Int?, engine: Int, expected: Int
  ) {
    let budget = ThreadBudget(cores: cores, slots: slots)
    #expect(budget.engine == engine)
    #expect(budget.slots == expected)
  }
}
