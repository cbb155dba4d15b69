import Foundation
import Testing
import VolumeCore
import VolumeTesting

/// What is made in parts by the tool as it was built, by the scripts that a cluster would run.
@Suite(.serialized) struct `An output made in parts` {
  let tool: BuiltTool

  init() throws {
    tool = try BuiltTool()
    let ending = try tool("phantom", "scan.raw", "--shape", "200x72x80", "--seed", "5")
    #expect(ending.code == 0, "\(ending.words)")
  }

  /// Every file of an output but those that tell of times and machines.
  private func everything(_ name: String) throws -> [String: Data] {
    try tool.tree(name).merging(
      tool.tree(name + "/.t2s").filter { !["lock", "receipt.json"].contains($0.key) }
        .map { (".t2s/" + $0.key, $0.value) }
    ) { $1 }
  }

  private func bash(_ words: String) throws -> Ending {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", words]
    process.currentDirectoryURL = URL(filePath: tool.folder.path)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Ending(
      code: process.terminationStatus, output: String(decoding: said, as: UTF8.self), error: "")
  }

  /// Makes it in four parts by the scripts of `slurm`, in another order, one of them twice at once.
  private func inParts(_ words: [String], output: String) throws {
    let ending = try tool.run(
      ["slurm"] + words + ["--parts", "4", "--rate", "5M", "--time", "5", "--json"])
    try #require(ending.code == 0, "\(ending.words)")
    let run = "\(output).slurm"
    let made = try bash(
      """
      set -e
      bash \(run)/init.sh
      bash \(run)/part.sh 4
      bash \(run)/part.sh 2 & one=$!
      bash \(run)/part.sh 2
      wait $one
      bash \(run)/part.sh 1
      """)
    try #require(made.code == 0, "\(made.words)")
    let early = try tool("finish", output)
    #expect(early.code == 1)
    #expect(early.error.contains("part 3 (of 4)"), "\(early.words)")
    let status = try tool("slurm", "status", run, "--json")
    #expect(status.json?["done"] == 3 && status.json?["finished"] == false, "\(status.words)")
    if output.hasSuffix(".zarr") {
      let store = try tool("status", output)
      #expect(store.code == 4 && store.output.contains("missing: 3 (of 4)"), "\(store.words)")
    }
    let rest = try bash("bash \(run)/part.sh 3 && bash \(run)/finish.sh")
    try #require(rest.code == 0, "\(rest.words)")
    #expect(try tool("slurm", "status", run, "--json").json?["finished"] == true)
    #expect(try tool("finish", output).code == 0)
  }

  @Test func `is byte for byte that of one process`() throws {
    let memory = ["--memory", "300M"]
    for words in [
      ["convert", "scan.raw", "one.zarr"],
      ["segment", "scan.raw", "--output", "one.labels.zarr", "--no-picture", "--tile", "64"]
        + memory,
      [
        "measure", "components", "scan.raw.labels.zarr", "--class", "1", "--output",
        "one.fibres.zarr", "--table", "one.csv",
      ],
      ["evaluate", "one.labels.zarr", "scan.raw.labels.zarr", "--output", "one.evaluation"],
    ] {
      let ending = try tool.run(words)
      try #require(ending.code == 0, "\(ending.words)")
    }
    try inParts(["convert", "scan.raw", "parts.zarr"], output: "parts.zarr")
    #expect(try everything("parts.zarr") == everything("one.zarr"))
    try inParts(
      ["segment", "scan.raw", "--output", "parts.labels.zarr", "--no-picture", "--tile", "64"]
        + memory, output: "parts.labels.zarr")
    #expect(try everything("parts.labels.zarr") == everything("one.labels.zarr"))
    let receipt = try tool("receipt", "parts.labels.zarr")
    for number in 1...4 { #expect(receipt.output.contains("part \(number)/4 by oneDNN")) }
    try inParts(
      [
        "measure", "components", "scan.raw.labels.zarr", "--class", "1", "--output",
        "parts.fibres.zarr", "--table", "parts.csv",
      ] + memory, output: "parts.fibres.zarr")
    #expect(try everything("parts.fibres.zarr") == everything("one.fibres.zarr"))
    #expect(try tool.bytes("parts.csv") == tool.bytes("one.csv"))
    try inParts(
      [
        "evaluate", "one.labels.zarr", "scan.raw.labels.zarr", "--output", "parts.evaluation",
      ] + memory, output: "parts.evaluation")
    #expect(try tool.tree("parts.evaluation") == tool.tree("one.evaluation"))
  }

  @Test func `takes no part of another run`() throws {
    #expect(try tool("convert", "scan.raw", "a.zarr", "--part", "1/4").code == 0)
    for (words, says) in [
      (["convert", "scan.raw", "a.zarr", "--part", "2/5"], "it is cut into 4 parts, not 5"),
      (["convert", "scan.raw", "a.zarr", "--part", "2/4", "--no-pyramid"], "other settings"),
      (["convert", "scan.raw", "a.zarr"], "was begun in parts"),
      (["convert", "scan.raw", "a.zarr", "--part", "5/4"], "this is no part"),
      (["convert", "scan.raw", "a.zarr", "--part", "1/4", "--overwrite"], "takes nothing away"),
      (["convert", "scan.raw", "a.tif", "--part", "1/4"], "only stores"),
      (["convert", "scan.raw", "b.zarr", "--mixed"], "--mixed is about parts"),
    ] {
      let ending = try tool.run(words)
      #expect(ending.code == 2, "\(ending.words)")
      #expect(ending.error.contains(says), "\(says): \(ending.words)")
    }
    #expect(!tool.has("a.tif") && !tool.has("b.zarr"))
  }

  @Test func `is not finished in the name of another`() throws {
    for number in ["1/2", "2/2"] {
      #expect(try tool("convert", "scan.raw", "first.zarr", "--part", number).code == 0)
    }
    let copy = try bash("cp -a first.zarr second.zarr")
    try #require(copy.code == 0, "\(copy.words)")
    let ending = try tool("finish", "second.zarr")
    #expect(ending.code == 2)
    #expect(ending.error.contains("moved or copied"), "\(ending.words)")
    #expect(try tool("status", "first.zarr").code == 4)
    // A link is another name of the same.
    let link = try bash("ln -s first.zarr third.zarr")
    try #require(link.code == 0, "\(link.words)")
    #expect(try tool("finish", "third.zarr").code == 0)
    #expect(try tool("status", "first.zarr").code == 0)
  }

  @Test func `belongs to the run that began it, where that is`() throws {
    for (parts, run) in [("100", "first run"), ("2", "second")] {
      let ending = try tool(
        "slurm", "convert", "scan.raw", "two.zarr", "--parts", parts, "--run", run, "--rate", "5M",
        "--time", "5")
      #expect(ending.code == 0, "\(ending.words)")
      #expect(
        run == "second" || ending.output.contains("bash 'first run'/init.sh"), "\(ending.words)")
    }
    let begun = try bash("bash second/init.sh && mv second elsewhere")
    try #require(begun.code == 0, "\(begun.words)")
    for word in ["status", "resubmit"] {
      let ending = try tool("slurm", word, "first run")
      #expect(ending.code == 2)
      #expect(ending.error.contains("is made by another run, in 2 parts"), "\(ending.words)")
    }
    #expect(try tool("slurm", "status", "elsewhere").code == 4)
    let moved = try tool("slurm", "resubmit", "elsewhere")
    #expect(moved.code == 2)
    #expect(moved.error.contains("was moved or copied"), "\(moved.words)")
  }

  @Test func `is not begun by jobs that would refuse it, and a job that did is named`() throws {
    for (words, says) in [
      (["convert", "scan.raw", "scan.raw.labels.zarr"], "is there already"),
      (["convert", "scan.raw", "a.tif"], "only stores"),
      (["segment", "scan.raw", "--axes", "zyx", "--rate", "5M"], "along all axes"),
      (["measure", "pores", "scan.raw.labels.zarr"], "only `components`"),
      (["resubmit", "a.slurm", "--time", "9"], "changes nothing"),
      (["simulate", "scan.raw"], "an extent"),
    ] {
      let ending = try tool.run(["slurm"] + words)
      #expect(ending.code == 2 && ending.error.contains(says), "\(says): \(ending.words)")
    }
    let written = try tool("slurm", "convert", "scan.raw", "late.zarr", "--parts", "2")
    #expect(written.code == 0 && written.output.contains("slurm resubmit"), "\(written.words)")
    #expect(try tool("convert", "scan.raw", "late.zarr").code == 0)
    let start = try #require(
      try? Process.run(
        URL(filePath: "/bin/bash"), arguments: [tool.file("late.zarr.slurm/init.sh")]))
    start.waitUntilExit()
    #expect(start.terminationStatus == 2)
    let status = try tool("slurm", "status", "late.zarr.slurm")
    #expect(status.code == 1 && status.output.contains("init failed"), "\(status.words)")
    #expect(!status.output.contains("late.zarr: finished"), "\(status.words)")
  }

  /// How many attempts at a part have said that they began.
  private func states(_ folder: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.count { $0.hasSuffix(".state.json") && !$0.hasPrefix(".") }
  }

  @Test func `is gone on with after SIGTERM, whose exit code is 75`() throws {
    let words = [
      "segment", "scan.raw", "--output", "a.labels.zarr", "--no-picture", "--tile", "16",
      "--memory", "300M", "--threads", "1", "--part", "1/2",
    ]
    // Under Slurm it would be queued again after each stop, so the third without one more shard is a failure.
    for (attempt, code) in [75, 75, 1].enumerated() {
      let stopped = try tool.run(words, environment: ["SLURM_JOB_ID": "7"]) { process in
        let folder = tool.file("a.labels.zarr/.t2s/parts/1-of-2")
        for _ in 0..<3000 where states(folder) <= attempt { usleep(20_000) }
        process.terminate()
      }
      #expect(stopped.code == code, "\(attempt): \(stopped.words)")
      #expect(stopped.error.contains("--time") == (code == 1), "\(stopped.words)")
    }
    #expect(try tool.run(words).code == 0)
    let finish = try tool("finish", "a.labels.zarr")
    #expect(finish.code == 1 && finish.error.contains("part 2 (of 2)"), "\(finish.words)")
  }
}
