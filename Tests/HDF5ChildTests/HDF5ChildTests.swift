import Glibc
import HDF5Child
import HDF5Library
import SystemIO
import Testing
import VolumeTesting

/// A file with attributes and datasets, made by Keras.
let modelPath: String = {
  let here = #filePath
  return String(here[..<(here.lastIndex(of: "/") ?? here.endIndex)])
    + "/../KerasModelTests/Fixtures/plain.keras2.h5"
}()

@Suite struct `The process that HDF5 is read in` {
  @Test func `tells what is in a file`() throws {
    let client = try HDF5Client(modelPath)
    #expect(try client.strings(ofAttribute: "backend") == ["tensorflow"])
    #expect(try client.strings(ofAttribute: "nothing") == nil)
    #expect(try client.attribute("backend", of: "/") == .texts(["tensorflow"]))
    #expect(try client.contains("model_weights/out"))
    #expect(try !client.contains("model_weights/nothing/at/all"))
    let kernel = "model_weights/out/out/kernel:0"
    #expect(try client.shape(ofDataset: kernel) == [1, 1, 2, 3])
    #expect(
      try client.floats(ofDataset: kernel, limit: 6)
        == HDF5File(readingFrom: modelPath).floats(ofDataset: kernel, limit: 6))
    let entries = try client.inventory()
    let found = try #require(entries.first { $0.path == "/" + kernel }?.dataset)
    #expect(found.extents == [1, 1, 2, 3])
    #expect(found.element.kind == .float)
    #expect(found.element.byteCount == 4)
    #expect(try client.dataset(kernel)?.layout == found.layout)
    #expect(try client.dataset("model_weights") == nil)
  }

  @Test func `passes the library's errors on`() throws {
    let client = try HDF5Client(modelPath)
    #expect(throws: HDF5ChildError.library(.missing(object: "nothing"))) {
      try client.floats(ofDataset: "nothing", limit: 1)
    }
    #expect(
      throws: HDF5ChildError.library(
        .tooLarge(object: "model_weights/out/out/kernel:0", count: 6, limit: 5))
    ) { try client.floats(ofDataset: "model_weights/out/out/kernel:0", limit: 5) }
    // An error of the library leaves the process as it was.
    #expect(try client.contains("model_weights"))
    let text = #filePath
    #expect(throws: HDF5ChildError.library(.notHDF5(path: text))) { try HDF5Client(text) }
  }

  @Test func `may crash without the tool`() throws {
    let client = try HDF5Client(modelPath)
    let error = HDF5ChildError.ended(
      bySignal: SIGABRT, path: modelPath, doing: "being tested")
    #expect(throws: error) { try client.misbehave(0) }
    // It is not asked again, and says the same of itself.
    #expect(throws: error) { try client.contains("model_weights") }
    // Another one is as good as new.
    #expect(try HDF5Client(modelPath).contains("model_weights"))
  }

  @Test func `is stopped when it loops for ever`() throws {
    let client = try HDF5Client(modelPath)
    #expect(
      throws: HDF5ChildError.tookTooLong(
        processorSeconds: 2, path: modelPath, doing: "being tested")
    ) { try client.misbehave(1) }
  }

  @Test func `is stopped when it takes all memory`() throws {
    let client = try HDF5Client(modelPath)
    #expect(
      throws: HDF5ChildError.ended(
        bySignal: SIGABRT, path: modelPath, doing: "being tested")
    ) { try client.misbehave(2) }
    var usage = rusage()
    // RUSAGE_CHILDREN, which comes to Swift as a type of its own.
    #expect(unsafe getrusage(-1, &usage) == 0)
    #expect(usage.ru_maxrss < 2 << 20, "\(usage.ru_maxrss) KiB")
  }

  @Test func `is not believed when it says what makes no sense`() throws {
    let client = try HDF5Client(modelPath)
    #expect(throws: HDF5ChildError.senseless(path: modelPath, doing: "being tested")) {
      try client.misbehave(3)
    }
  }

  @Test func `is ended when it says nothing`() throws {
    let client = try HDF5Client(modelPath)
    #expect(throws: HDF5ChildError.silent(seconds: 1, path: modelPath, doing: "being tested")) {
      try client.misbehave(4, seconds: 1)
    }
  }

  @Test func `may be many at a time`() async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { try HDF5Client(modelPath).contains("model_weights") }
      }
      for try await found in group { #expect(found) }
    }
  }

  @Test func `has its every error explained`() {
    let errors: [HDF5ChildError] = [
      .library(.missing(object: "a")), .ended(bySignal: 11, path: "a.h5", doing: "reading /a"),
      .exited(code: 1, path: "a.h5", doing: "reading /a"),
      .tookTooLong(processorSeconds: 4, path: "a.h5", doing: "reading /a"),
      .silent(seconds: 9, path: "a.h5", doing: "reading /a"),
      .senseless(path: "a.h5", doing: "reading /a"),
      .notStarted(SystemError(call: "start", path: "tool", code: ENOENT)),
    ]
    for error in errors { #expect(!error.explanation.remedy.isEmpty) }
    #expect(
      errors[1].explanation.what
        == "a.h5: the HDF5 library ended by signal 11 while reading /a")
  }
}

@Suite struct `What goes between the tool and its child` {
  @Test func `comes out as it went in`() throws {
    var dataset = HDF5Dataset(
      path: "/a", file: "b.h5", extents: [1, 2, 3], element: HDF5Element(.integer, byteCount: 2),
      layout: .chunked([1, 2, 3]))
    dataset.filters = [HDF5Filter(number: 1, name: "deflate", values: [4], isAvailable: true)]
    dataset.writtenChunkCount = 7
    dataset.fillValue = [1, 2]
    dataset.otherFiles = ["c"]
    var wire = WireWriter()
    wire.put(dataset)
    wire.put(HDF5Value.numbers([1.5, -2]))
    wire.put(HDF5Value.texts(["a", ""]))
    wire.put(HDF5Chunk(offset: nil, byteCount: 3, skippedFilters: 9))
    var reader = WireReader(wire.bytes)
    #expect(try reader.dataset() == dataset)
    #expect(try reader.value() == .numbers([1.5, -2]))
    #expect(try reader.value() == .texts(["a", ""]))
    #expect(try reader.chunk() == HDF5Chunk(offset: nil, byteCount: 3, skippedFilters: 9))
    #expect(reader.isAtEnd)
  }

  @Test func `is never believed blindly`() throws {
    var wire = WireWriter()
    wire.put([HDF5Entry(path: "/a", obstacle: "b"), HDF5Entry(path: "/c")]) { $0.put($1) }
    wire.put(HDF5Error.tooLarge(object: "a", count: 1, limit: 2))
    Mutations(of: [wire.bytes]).expectSurvival { bytes in
      var reader = WireReader(bytes)
      _ = try reader.list { (wire) throws(WireError) in try wire.entry() }
      _ = try reader.error()
    }
    let request = ChildRequest.read(
      "a", start: [1], count: [2], asFloats: true, seconds: 4)
    #expect(try ChildRequest(request.bytes) == request)
    for count in 0..<request.bytes.count {
      #expect(throws: WireError.self) { try ChildRequest(Array(request.bytes.prefix(count))) }
    }
  }
}
