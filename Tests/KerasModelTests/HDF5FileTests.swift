import HDF5Library
import KerasModel
import SystemIO
import Testing
import VolumeTesting

@Suite struct `An HDF5 file` {
  let path = Fixtures.path("plain.keras2.h5")

  @Test func `lends its attributes and datasets`() throws {
    let file = try HDF5File(readingFrom: path)
    #expect(try file.strings(ofAttribute: "backend") == ["tensorflow"])
    #expect(try file.strings(ofAttribute: "nothing") == nil)
    #expect(
      try file.strings(ofAttribute: "weight_names", at: "model_weights/out")
        == ["out/kernel:0", "out/bias:0"])
    #expect(try file.strings(ofAttribute: "weight_names", at: "model_weights/input") == [])
    let kernel = "model_weights/out/out/kernel:0"
    #expect(try file.shape(ofDataset: kernel) == [1, 1, 2, 3])
    #expect(try file.floats(ofDataset: kernel, limit: 6).count == 6)
    #expect(try file.contains("model_weights/out"))
    #expect(try !file.contains("model_weights/nothing/at/all"))
  }

  @Test func `refuses what is missing, too large, or of another kind`() throws {
    let file = try HDF5File(readingFrom: path)
    let kernel = "model_weights/out/out/kernel:0"
    #expect(throws: HDF5Error.missing(object: "nothing/there")) {
      try file.floats(ofDataset: "nothing/there", limit: 10)
    }
    #expect(throws: HDF5Error.tooLarge(object: kernel, count: 6, limit: 5)) {
      try file.floats(ofDataset: kernel, limit: 5)
    }
    #expect(throws: HDF5Error.self) { try file.floats(ofDataset: "model_weights", limit: 5) }
    #expect(throws: HDF5Error.self) { try file.strings(ofAttribute: "backend", at: "nothing") }
    let other = try HDF5File(readingFrom: Fixtures.path("no-model.h5"))
    #expect(throws: HDF5Error.notFloatingPoint(dataset: "data")) {
      try other.floats(ofDataset: "data", limit: 100)
    }
  }

  @Test func `that is cut short anywhere is refused`() throws {
    let whole = try contents(ofFile: Fixtures.path("wrong-shape.keras2.h5"))
    let folder = try TemporaryFolder()
    for count in stride(from: 0, to: whole.count, by: 511) {
      try writeFileAtomically(folder.file("cut.h5"), Array(whole.prefix(count)))
      let error = #expect(throws: KerasModelError.self) {
        try KerasModelReader().load(folder.file("cut.h5"))
      }
      switch error {
      case .hdf5(.library(.notHDF5)), .hdf5(.library(.cannotOpen)): break
      default: Issue.record("\(count) bytes: \(String(describing: error))")
      }
    }
  }

  @Test func `can be read by many threads`() async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          try KerasModelReader().load(Fixtures.path("shared.keras2.h5")).graph.parameterCount.total
        }
      }
      var counts: Set<Int> = []
      for try await count in group { counts.insert(count) }
      #expect(counts.count == 1)
    }
  }
}
