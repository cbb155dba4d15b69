import SystemIO
import Testing
import VolumeCommands
import VolumeTesting

@Suite struct `A control group's limits` {
  /// A system's folder of groups with `files`, for a process that is in the groups of `membership`.
  static func group(
    _ membership: String, _ files: [String: String], in place: TemporaryFolder
  ) throws -> ControlGroup {
    for (path, text) in files {
      let file = place.file("groups/\(path)")
      try makeFolder(folder(ofPath: file))
      try writeFileAtomically(file, Array(text.utf8))
    }
    try writeFileAtomically(place.file("membership"), Array(membership.utf8))
    return ControlGroup(root: place.file("groups"), membership: place.file("membership"))
  }

  @Test func `of version 2 are the least on the way up`() throws {
    let folder = try TemporaryFolder()
    let group = try Self.group(
      "0::/slurm/job_7/step_0\n",
      [
        "slurm/memory.max": "max\n", "slurm/job_7/memory.max": "4294967296\n",
        "slurm/job_7/step_0/memory.max": "8589934592\n",
        "slurm/cpu.max": "max 100000\n", "slurm/job_7/cpu.max": "350000 100000\n",
      ], in: folder)
    #expect(group.memory == 4 << 30)
    #expect(group.cores == 4)
  }

  @Test func `of version 1 are those of each controller's own group`() throws {
    let folder = try TemporaryFolder()
    let group = try Self.group(
      "9:name=systemd:/\n4:memory:/slurm/uid_0/job_7\n1:cpu,cpuacct:/jobs\n0::/\n",
      [
        "memory/memory.limit_in_bytes": "9223372036854771712\n",
        "memory/slurm/uid_0/job_7/memory.limit_in_bytes": "268435456\n",
        "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
        "cpu/jobs/cpu.cfs_quota_us": "150000\n", "cpu/jobs/cpu.cfs_period_us": "100000\n",
      ], in: folder)
    #expect(group.memory == 256 << 20)
    #expect(group.cores == 2)
  }

  @Test func `are none where there are no groups, or none is said`() throws {
    let folder = try TemporaryFolder()
    let none = ControlGroup(
      root: folder.file("nowhere"), membership: folder.file("nothing"))
    #expect(none.memory == nil)
    #expect(none.cores == nil)
    let open = try Self.group(
      "0::/\n", ["memory.max": "max\n", "cpu.max": "max 100000\n"], in: folder)
    #expect(open.memory == nil)
    #expect(open.cores == nil)
  }
}
