import Cluster
import Testing

@Suite struct `A simulated cluster` {
  private var work: ClusterWork {
    var work = ClusterWork(voxels: 2048 * 2048 * 2048, layers: 2048, shards: 128)
    work.overhead = 1
    return work
  }

  private func model(nodes: Int) -> ClusterModel {
    var model = ClusterModel()
    model.nodes = nodes
    model.queueSeconds = 0
    model.startSeconds = 0
    model.failuresPerHundred = 0
    model.storageBytesPerSecond = 1e12
    model.nodeBytesPerSecond = 1e12
    return model
  }

  /// Without its end.
  private func seconds(_ forecast: ClusterForecast) -> Double {
    forecast.seconds - forecast.finishSeconds
  }

  @Test(arguments: [1, 2, 4, 16, 64])
  func `computes as fast as its nodes, where nothing else counts`(nodes: Int) {
    let forecast = model(nodes: nodes).run(work, parts: 64)
    let ideal = Double(work.voxels) / 30e6 / Double(nodes)
    #expect(abs(seconds(forecast) - ideal) < 0.02 * ideal)
  }

  @Test func `is no faster than its storage`() {
    var model = model(nodes: 64)
    model.storageBytesPerSecond = 1e8
    let forecast = model.run(work, parts: 64)
    let bytes = Double(work.voxels) * (work.bytesRead + work.bytesWritten)
    #expect(abs(seconds(forecast) - bytes / 1e8) < 0.02 * bytes / 1e8)
  }

  @Test func `leaves nodes idle where a part is left over`() {
    // Three parts on two nodes take as long as two parts one after the other.
    var small = work
    small.shards = 3
    let forecast = model(nodes: 2).run(small, parts: 3)
    let one = Double(work.voxels) / 30e6 / 3
    #expect(abs(seconds(forecast) - 2 * one) < 0.01 * one)
  }

  @Test func `loses time by failures, starts and queues, and little of what was done`() {
    let quiet = model(nodes: 4)
    var failing = quiet
    failing.failuresPerHundred = 100
    failing.requeueSeconds = 0
    failing.startSeconds = 10
    let (a, b) = (quiet.run(work, parts: 16), failing.run(work, parts: 16))
    // Every part starts twice; nothing is computed twice.
    #expect(abs(seconds(b) - seconds(a) - 4 * 2 * 10) < 6)
    var waiting = quiet
    waiting.queueSeconds = 100
    #expect(waiting.run(work, parts: 16).seconds > a.seconds)
  }

  @Test func `leaves less to the end where parts have two layers of shards`() {
    var work = work
    work.slabs = 32
    let model = model(nodes: 4)
    // 16 parts have two layers of shards each; 32 have one.
    let (two, one) = (model.run(work, parts: 16), model.run(work, parts: 32))
    let whole = Double(work.voxels) / model.finishVoxelsPerSecond
    #expect(abs(two.finishSeconds - whole / 8) < 0.01 * whole)
    #expect(abs(one.finishSeconds - whole) < 0.01 * whole)
  }

  @Test func `recommends as few parts as are quick, and none of less than a shard`() {
    var model = model(nodes: 8)
    model.startSeconds = 30
    let best = model.bestParts(work)
    #expect(best.parts == 8)
    for parts in [4, 16, 32, 128] {
      #expect(model.run(work, parts: parts).seconds >= best.seconds * 0.99)
    }
    var small = work
    small.shards = 5
    #expect(model.bestParts(small).parts <= 5)
    // Partitions that end jobs after an hour want smaller parts.
    model.voxelsPerSecond = 1e5
    let limited = model.bestParts(work, longest: 3600)
    #expect(Double(work.voxels) / 1e5 / Double(limited.parts) <= 3600)
  }
}
