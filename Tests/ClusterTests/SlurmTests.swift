import Cluster
import Synchronization
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Jobs of a run` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(tool: String = "/opt/t2s volume", words: [String] = ["segment", "it's.raw"])
    -> SlurmRun
  {
    SlurmRun(
      folder: folder.file("a.slurm"), tool: tool, words: words, workFolder: folder.path,
      output: "a.labels.zarr", parts: 12,
      limits: SlurmLimits(
        minutes: 1590, megabytes: 3000, cores: 4, atOnce: 3, others: ["gres": "gpu:1"]),
      setup: "module load cuda", reasons: ["why"])
  }

  @Test func `are kept beside their scripts`() throws {
    var run = run()
    run.jobs = [
      SlurmJobs(start: 1, parts: 2, finish: 3, sent: [1, 2]),
      SlurmJobs(start: nil, parts: 4, finish: 5, sent: [2], time: "2026-11-28T12:00:00Z"),
    ]
    try run.keep()
    #expect(try SlurmRun(in: run.folder) == run)
    #expect(run.wasSentAgain(2, after: "2026-11-28T11:59:59Z"))
    #expect(!run.wasSentAgain(2, after: "2026-11-28T12:00:01Z"))
    #expect(!run.wasSentAgain(1, after: "2026-11-28T11:59:59Z"))
    #expect(throws: Explanation.self) { try SlurmRun(in: folder.path) }
  }

  @Test func `say what they may take, and are bash`() throws {
    let run = run()
    try run.keep()
    try run.writeScripts()
    for script in run.scripts {
      let path = "\(run.folder)/\(script.name)"
      #expect(try runProgram(["bash", "-n", path]) == ProgramAnswer(code: 0, output: ""))
      for line in ["--time=1-02:30:00", "--mem=3000M", "--cpus-per-task=4"] {
        #expect(script.text.contains("#SBATCH \(line)\n"), "\(script.name) \(line)")
      }
      // Nothing is computed at the end.
      #expect(script.text.contains("#SBATCH --gres=gpu:1\n") == (script.name != "finish.sh"))
      #expect(script.text.contains("module load cuda\n"))
    }
    let part = run.scripts[1].text
    for line in ["--array=1-12%3", "--requeue", "--signal=B:TERM@60"] {
      #expect(part.contains("#SBATCH \(line)\n"))
    }
  }

  /// A tool that writes down how it was called, and does what the part's number says.
  private func fakeTool() throws -> String {
    let path = folder.file("fake tool")
    try writeFileAtomically(
      path,
      Array(
        """
        #!/bin/bash
        printf '%s\\n' "$@" >> '\(folder.file("called"))'
        case "$*" in
          *"--part 2/"*) exit 3 ;;
          *"--part 3/"*) trap 'kill $!; exit 75' TERM; sleep 600 & echo ready > '\(folder.file("ready"))'; wait; exit 0 ;;
        esac
        exit 0

        """.utf8))
    _ = try runProgram(["chmod", "+x", path])
    return path
  }

  @Test func `run without Slurm, each with its part, and keep its exit code`() throws {
    let run = run(tool: try fakeTool())
    try run.keep()
    try run.writeScripts()
    let first = try runProgram(["bash", "\(run.folder)/part.sh", "1"])
    #expect(first.code == 0, "\(first.output)")
    let called = try contents(ofFile: folder.file("called"))
    #expect(
      String(decoding: called, as: UTF8.self) == "segment\nit's.raw\n--part\n1/12\n")
    #expect(try contents(ofFile: run.ended(1)) == Array("0\n".utf8))
    let second = try runProgram(["bash", "\(run.folder)/part.sh", "2"])
    #expect(second.code == 3)
    #expect(second.output.contains("part 2 failed with exit code 3"))
    #expect(try contents(ofFile: run.ended(2)) == Array("3\n".utf8))
    #expect(try runProgram(["bash", "\(run.folder)/finish.sh"]).code == 0)
  }

  @Test func `hand SIGTERM on and wait for the tool's own end`() throws {
    let run = run(tool: try fakeTool())
    try run.keep()
    try run.writeScripts()
    // The tool may be gone before its script looks after it again, so once would show little.
    for _ in 0..<20 {
      try? removeFile(folder.file("ready"))
      let answer = try runProgram([
        "bash", "-c",
        """
        bash '\(run.folder)/part.sh' 3 & job=$!
        for i in $(seq 6000); do [ -e '\(folder.file("ready"))' ] && break; sleep 0.02; done
        kill -TERM $job; wait $job; echo "ended with $?"
        """,
      ])
      #expect(answer.output.contains("ended with 75"), "\(answer.output)")
      #expect(run.exitCode("3") == 75)
      run.forgetEnds(of: [3])
    }
  }

  @Test func `of a tool that is stopped before it listens are stopped and have not failed`() throws
  {
    let deaf = folder.file("deaf")
    try writeFileAtomically(
      deaf, Array("#!/bin/bash\necho ready > '\(folder.file("ready"))'\nexec sleep 600\n".utf8))
    _ = try runProgram(["chmod", "+x", deaf])
    let run = run(tool: deaf)
    try run.keep()
    try run.writeScripts()
    let answer = try runProgram([
      "bash", "-c",
      """
      bash '\(run.folder)/part.sh' 4 & job=$!
      for i in $(seq 6000); do [ -e '\(folder.file("ready"))' ] && break; sleep 0.02; done
      kill -TERM $job; wait $job; echo "ended with $?"
      """,
    ])
    #expect(answer.output.contains("ended with 75"), "\(answer.output)")
    #expect(run.exitCode("4") == 75)
  }

  /// A Slurm that answers what it is told.
  private func slurm(
    _ said: Said, _ answer: @escaping @Sendable ([String]) -> ProgramAnswer?
  ) -> Slurm {
    var slurm = Slurm()
    slurm.run = { words throws(SystemError) in
      said.words.withLock { $0.append(words) }
      guard let found = answer(words) else {
        throw SystemError(call: "run", path: words[0], code: 2)
      }
      return found
    }
    return slurm
  }

  private final class Said: Sendable {
    let words = Mutex<[[String]]>([])
  }

  @Test func `are sent in a chain, each after the one before`() throws {
    let said = Said()
    let numbers = Mutex(100)
    let slurm = slurm(said) { _ in
      let number = numbers.withLock { number in
        number += 1
        return number
      }
      return ProgramAnswer(code: 0, output: "sbatch: hello\n\(number);cluster\n")
    }
    let jobs = try slurm.send(run(), parts: [1, 2, 3, 7], starts: true)
    #expect(jobs == SlurmJobs(start: 101, parts: 102, finish: 103, sent: [1, 2, 3, 7]))
    let words = said.words.withLock { $0 }.map { $0.joined(separator: " ") }
    #expect(words.count == 3)
    #expect(words[1].contains("--array=1-3,7%3 --dependency=afterok:101 --kill-on-invalid-dep=yes"))
    #expect(words[2].contains("--dependency=afterok:102"))
  }

  @Test func `are taken back where one cannot be sent`() throws {
    let said = Said()
    let slurm = slurm(said) { words in
      words.contains { $0.hasSuffix("part.sh") }
        ? ProgramAnswer(code: 1, output: "sbatch: error: invalid partition specified: x")
        : ProgramAnswer(code: 0, output: "5\n")
    }
    #expect { try slurm.send(run(), parts: [1], starts: true) } throws: { error in
      (error as? Explanation)?.what.contains("invalid partition") == true
    }
    #expect(said.words.withLock { $0.last } == ["scancel", "5"])
    let none = self.slurm(Said()) { _ in nil }
    #expect { try none.send(run(), parts: [1], starts: true) } throws: { error in
      (error as? Explanation)?.kind == .input
    }
  }

  @Test func `are asked after`() throws {
    let slurm = slurm(Said()) { _ in
      ProgramAnswer(code: 0, output: "12|10|3|RUNNING|vm\n11|11|N/A|PENDING|(Dependency)\n")
    }
    let tasks = try #require(slurm.queue([10, 11]))
    #expect(tasks.map(\.job) == [10, 11])
    #expect(tasks.map(\.task) == [3, nil])
    #expect(tasks.map(\.state) == ["RUNNING", "PENDING"])
    #expect(self.slurm(Said()) { _ in nil }.queue([1]) == nil)
  }

  @Test func `leave behind how they ended, what they said last, and their numbers`() throws {
    var run = run(tool: try fakeTool())
    run.jobs = [SlurmJobs(start: 5, parts: 6, finish: 7, sent: [1])]
    try run.keep()
    try run.writeScripts()
    #expect(run.exitCode("init") == nil && run.exitCode("2") == nil)
    #expect(run.jobs(of: "part") == [6])
    let answer = try runProgram(
      ["env", "SLURM_JOB_ID=41", "SLURM_ARRAY_JOB_ID=40", "bash", "\(run.folder)/part.sh", "2"])
    #expect(answer.code == 3, "\(answer.output)")
    #expect(run.exitCode("2") == 3)
    #expect(run.jobs(of: "part") == [6, 40] && run.jobs(of: "init") == [5])
    #expect(try runProgram(["bash", "\(run.folder)/init.sh"]).code == 0)
    #expect(run.exitCode("init") == 0)
    run.forgetEnds(of: [2])
    #expect(run.exitCode("init") == nil && run.exitCode("2") == nil)
    #expect(run.jobs(of: "part") == [6, 40])

    #expect(run.lastWords("part-2") == nil)
    let log = """
      == part 2 of 12 on a, 2026-03-01T12:00:00Z, attempt 1
      t2s-volume: error: of the first
      == part 2 of 12 on a, 2026-03-01T13:00:00Z, attempt 2
      slurmstepd: error: *** JOB 41 ON a CANCELLED AT 2026-03-01T13:01:00 DUE TO TIME LIMIT ***
      more

      """
    try writeFileAtomically(run.log("part-2"), Array(log.utf8))
    #expect(run.lastWords("part-2")?.contains("DUE TO TIME LIMIT") == true)
    let clean = log.split(separator: "\n").prefix(3).joined(separator: "\n")
    try writeFileAtomically(run.log("part-2"), Array(clean.utf8))
    #expect(run.lastWords("part-2") == nil)
  }

  @Test func `ask for no more cores than nodes have`() {
    func most(_ output: String, code: Int32 = 0) -> Int? {
      slurm(Said()) { _ in ProgramAnswer(code: code, output: output) }.coresOfNodes(in: "gpu")
    }
    #expect(most("16\n64\n") == 64)
    #expect(most("16\n64+\n") == nil)
    #expect(most("no such partition\n", code: 1) == nil)
    #expect(slurm(Said()) { _ in nil }.coresOfNodes(in: nil) == nil)
  }

  @Test func `times and ranges are as Slurm writes them`() {
    #expect(SlurmRun.time(5) == "00:05:00")
    #expect(SlurmRun.time(1590) == "1-02:30:00")
    #expect(Slurm.ranges([9, 1, 2, 3, 5]) == "1-3,5,9")
    #expect(SlurmRun.quoted("it's") == "'it'\\''s'")
    #expect(SlurmRun.quoted("") == "''")
    #expect(SlurmRun.quoted("a/b-c.raw") == "a/b-c.raw")
  }
}
