import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Measuring components` {
  static let shape = Shape3(z: 3, y: 4, x: 6)
  /// Two pores that meet at a corner, one fibre, and voxels of nobody.
  private func format() -> MemoryFormat {
    var voxels = [UInt8](repeating: 0, count: Self.shape.voxelCount)
    func set(_ z: Int, _ y: Int, _ x: Int, _ value: UInt8) {
      voxels[(z * Self.shape.y + y) * Self.shape.x + x] = value
    }
    set(0, 1, 1, 2)
    set(0, 1, 2, 2)
    set(1, 2, 3, 2)
    for x in 0..<6 { set(2, 0, x, 1) }
    set(2, 3, 5, 255)
    let format = MemoryFormat()
    let classes = [
      LabelClass(value: 1, name: "fibre", colour: [0, 0, 255, 255]),
      LabelClass(value: 2, name: "porosity", colour: [255, 255, 0, 255]),
    ]
    format.add("a.mem", MemoryVolume(shape: Self.shape, voxels: voxels, classes: classes))
    format.add("other.mem", MemoryVolume(numbered: Shape3(z: 1, y: 1, x: 1)))
    return format
  }

  @Test func `writes numbers and a table with the unit in its columns`() throws {
    let folder = try TemporaryFolder()
    let format = format()
    let table = folder.file("pores.csv")
    let words = [
      "measure", "components", "a.mem", "--class", "porosity", "--connectivity", "18", "--table",
      table, "--output", folder.file("ids.store"), "--json",
    ]
    let outcome = runTool(words, formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.json?["components"] == 2)
    let text = String(decoding: try contents(ofFile: table), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("id,voxels,volume_voxels3,first_z,"))
    #expect(lines[1].hasPrefix("1,2,2.0,0,1,1,0,1,1,2,1,3,0.0,1.0,1.5,"))
    #expect(lines[2].hasPrefix("2,1,1.0,1,2,3,"))
    let written = try #require(format.written(folder.file("ids.store")))
    #expect(written.output.volume.voxelType == .uint32)
    let place = 4 * ((1 * 4 + 2) * 6 + 3)
    #expect(written.voxels[place] == 2 && written.voxels[4 * 7] == 1 && written.voxels[0] == 0)
    // What is there is refused before anything is searched.
    #expect(runTool(words, formats: [format]).code == 2)
  }

  /// Tables of stores that live in memory.
  final class MemoryColumns: ColumnStoring, ColumnWriting {
    private let state = Mutex((columns: [TableColumn](), rows: [[TableCell]](), isWhole: false))
    var columns: [TableColumn] { state.withLock { $0.columns } }
    var rows: [[TableCell]] { state.withLock { $0.rows } }
    var isWhole: Bool { state.withLock { $0.isWhole } }

    func columns(
      _ columns: [TableColumn], rows: Int, inStore path: String, compression: StoreCompression?,
      attributes: [String: JSONValue]
    ) throws(Explanation) -> any ColumnWriting {
      state.withLock { $0 = (columns, [], false) }
      return self
    }
    func add(_ cells: [TableCell]) throws(Explanation) { state.withLock { $0.rows.append(cells) } }
    func finish() throws(Explanation) { state.withLock { $0.isWhole = true } }
  }

  @Test(arguments: ["6", "8"])
  func `has in a store the table that it writes as text`(connectivity: String) throws {
    let folder = try TemporaryFolder()
    let (table, columns) = (folder.file("pores.csv"), MemoryColumns())
    let outcome = runTool(
      [
        "measure", "components", "a.mem", "--class", "porosity", "--connectivity", connectivity,
        "--table", table, "--output", folder.file("ids.zarr"), "--json",
      ], formats: [format()], columns: columns)
    #expect(outcome.code == 0, "\(outcome.error)")
    let lines = String(decoding: try contents(ofFile: table), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    #expect(columns.isWhole && columns.rows.count == lines.count - 1 && lines.count == 3)
    #expect(columns.columns.map(\.name).joined(separator: ",") == lines[0])
    #expect(outcome.json?["columns"]?.array?.count == columns.columns.count)
    for (row, line) in zip(columns.rows, lines.dropFirst()) {
      #expect(row.map(\.description).joined(separator: ",") == line)
      for (cell, column) in zip(row, columns.columns) where column.type != .float64 {
        guard case .integer = cell else {
          Issue.record("\(column.name) has \(cell)")
          continue
        }
      }
    }
  }

  @Test func `takes a corner for a link where it is told to`() {
    func count(_ words: String...) -> JSONValue? {
      runTool(
        ["measure", "components", "a.mem", "--json"] + words, formats: [format()]
      ).json?["components"]
    }
    #expect(count("--class", "2") == 1)
    #expect(count("--class", "2", "--connectivity", "6") == 2)
    #expect(count("--class", "2", "--connectivity", "8") == 2)
    #expect(count("--class", "1,2") == 2)
    #expect(count("--class", "2", "--region", "0:1,:,:") == 1)
    #expect(count("--class", "255") == 1)
  }

  @Test func `says lengths in micrometres where the voxel is known, and that a class is empty`() {
    let outcome = runTool(
      ["measure", "components", "a.mem", "--class", "7"], formats: [format()])
    #expect(outcome.code == 0 && outcome.output.contains("no voxel is class 7"))
  }

  @Test(arguments: [
    ["components", "a.mem"], ["components", "a.mem", "--class", "fiber"],
    ["components", "a.mem", "--class", "300"], ["compnents", "a.mem"], [],
    ["components", "a.mem", "--class", "2", "--connectivity", "7"],
    ["components", "a.mem", "--class", "2", "--table", "pores.txt"],
    ["components", "a.mem", "--class", "2", "--scan", "other.mem"],
    ["components", "missing.mem", "--class", "2"],
  ])
  func `refuses what it cannot measure`(words: [String]) {
    #expect(runTool(["measure"] + words, formats: [format()]).code == 2)
  }
}
