import RawFormat
import Testing
import VolumeCore

@Suite struct `A PyHST sidecar` {
  static let spellings = [
    "! PyHST_SLAVE VOLUME INFO FILE\nNUM_X =  904\nNUM_Y = 1040\nNUM_Z =    1\n",
    ": PyHST_SLAVE VOLUME INFO FILE\nNUM_X=904\nNUM_Y=1040\nNUM_Z=1",
    "%! PyHST_MASTER VOLUME INFO FILE\r\nNUM_X = 904\r\nNUM_Y = 1040\r\nNUM_Z = 1\r\n",
    "NUM_X = 904 # columns\n  NUM_Y   =   1040\n\n# a comment with = in it\nNUM_Z = 1\nnonsense\n",
  ]

  @Test(arguments: spellings)
  func `is read in every spelling of its first line and spaces`(text: String) throws {
    let sidecar = try PyHSTSidecar(parsing: text, name: "a.raw.info")
    #expect(sidecar.shape == Shape3(z: 1, y: 1040, x: 904))
    #expect(sidecar.type == nil)
    #expect(sidecar.byteOrder == nil)
    #expect(sidecar.spacing == nil)
  }

  @Test func `gives type, byte order and voxel size where it has them`() throws {
    let text = """
      ! PyHST_SLAVE VOLUME INFO FILE
      NUM_X = 3
      NUM_Y = 2
      NUM_Z = 1
      voxelSize = 1.300000
      BYTEORDER = HIGHBYTEFIRST
      ValMin = -0.1
      s1 = 0
      S1 = 5
      DATA_TYPE = UINT16
      """
    let sidecar = try PyHSTSidecar(parsing: text, name: "a.raw.info")
    #expect(sidecar.type == .known(.uint16))
    #expect(sidecar.byteOrder == .big)
    #expect(sidecar.spacing == VoxelSpacing(cube: 1.3))
  }

  @Test func `is what it was after being written and read`() throws {
    let layout = RawLayout(
      shape: Shape3(z: 5, y: 6, x: 7), voxelType: .float32, byteOrder: .big)
    for spacing in [nil, VoxelSpacing(cube: 0.65), VoxelSpacing(z: 2, y: 1, x: 1)] {
      let sidecar = PyHSTSidecar(describing: layout, spacing: spacing)
      #expect(try PyHSTSidecar(parsing: sidecar.text, name: "a") == sidecar)
    }
  }

  @Test(arguments: [
    (
      "NUM_X = 0\nNUM_Y = 1\nNUM_Z = 1",
      RawError.sidecarIsMalformed(sidecar: "s", line: "NUM_X = 0")
    ),
    ("NUM_X = 12a", .sidecarIsMalformed(sidecar: "s", line: "NUM_X = 12a")),
    ("NUM_X = 1\nNUM_X = 2", .sidecarIsMalformed(sidecar: "s", line: "NUM_X = 1, and again 2")),
    (
      "NUM_X = 99999999999999999999",
      .sidecarIsMalformed(
        sidecar: "s", line: "NUM_X = 99999999999999999999")
    ),
    ("NUM_X = 1\nNUM_Y = 2", .sidecarLacks(sidecar: "s", what: "all of NUM_X, NUM_Y and NUM_Z")),
    (
      "NUM_X=1\nNUM_Y=1\nNUM_Z=1\nBYTEORDER = MIDDLE",
      .sidecarIsMalformed(
        sidecar: "s", line: "BYTEORDER = MIDDLE")
    ),
  ])
  func `that makes no sense is an error that shows the line`(text: String, error: RawError) {
    #expect(throws: error) { try PyHSTSidecar(parsing: text, name: "s") }
  }
}
