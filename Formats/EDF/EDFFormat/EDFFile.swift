import SystemIO
import VolumeCore
import VoxelFiles

/// All blocks of an EDF file: headers decoded, and every place checked against the file's size.
struct EDFFile {
  /// No scan has more blocks; a hostile file of tiny ones would fill the memory with their places.
  static let mostBlocks = 1 << 20
  /// Blank bytes behind the last block that are no fault.
  static let mostBlanks = 4096

  /// Those that hold layers.
  let blocks: [EDFBlock]
  /// Bytes of the file.
  let byteCount: Int
  /// What was noticed that is no error.
  let remarks: [String]

  /// Reads the headers of the file at `path`, and nothing of its voxels.
  init(_ path: String, hints: OpeningHints) throws(EDFError) {
    let name = fileName(ofPath: path)
    do {
      let file = try FileHandle(readingFrom: path)
      byteCount = try file.byteCount
      var walk = EDFWalk(path: path, name: name, byteCount: byteCount, hints: hints)
      while try walk.takeBlock(of: file) {}
      guard !walk.blocks.isEmpty else { throw EDFError.hasNoBlocks(file: name) }
      blocks = walk.blocks
      remarks = walk.remarks
    } catch let error as EDFError {
      throw error
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      throw .isNothing(path: path)
    }
  }
}

/// The way through a file from block to block.
private struct EDFWalk {
  let path: String
  let name: String
  let byteCount: Int
  let hints: OpeningHints
  var place = 0
  var number = 0
  var blocks: [EDFBlock] = []
  /// What the general block says for all others.
  var general: [String: String] = [:]
  private var passedOver = 0
  private var headersDisagree: (block: Int, said: Int, found: Int)?
  private var padding: (block: Int, byteCount: Int)?

  init(path: String, name: String, byteCount: Int, hints: OpeningHints) {
    self.path = path
    self.name = name
    self.byteCount = byteCount
    self.hints = hints
  }

  var remarks: [String] {
    var remarks: [String] = []
    if passedOver > 0 {
      remarks.append(
        "\(passedOver) \(passedOver == 1 ? "block" : "blocks") of error estimates passed over")
    }
    if let it = headersDisagree {
      remarks.append(
        "block \(it.block): EDF_HeaderSize says \(it.said) bytes; the header ends after \(it.found), "
          + "where its voxels are read")
    }
    if let it = padding {
      remarks.append("block \(it.block): \(it.byteCount) bytes behind its voxels are not voxels")
    }
    return remarks
  }

  /// Takes the next block; `false` at the end of the file.
  mutating func takeBlock(of file: borrowing FileHandle) throws(EDFError) -> Bool {
    guard place < byteCount else { return false }
    let found: EDFHeader?
    do throws(EDFHeaderFault) {
      found = try EDFHeader(of: file, at: place)
    } catch {
      switch error {
      case .system(let error): throw EDFError.system(error)
      case .doesNotBegin where number == 0: throw EDFError.isNoEDF(file: name)
      case .doesNotBegin:
        throw EDFError.hasRest(file: name, block: number, offset: place, byteCount: byteCount)
      case .doesNotEnd:
        throw EDFError.headerHasNoEnd(file: name, block: number + 1, limit: EDFHeader.limit)
      }
    }
    guard let found else { return false }
    number += 1
    guard number <= EDFFile.mostBlocks else {
      throw EDFError.hasTooManyBlocks(file: name, limit: EDFFile.mostBlocks)
    }
    let start = place + found.byteCount
    if let said = found.values["EDF_HEADERSIZE"].flatMap({ Int($0) }), said != found.byteCount,
      headersDisagree == nil
    {
      headersDisagree = (number, said, found.byteCount)
    }
    let isGeneral = found.values["EDF_DATAFORMATVERSION"] != nil
    let fields = EDFFields(
      values: isGeneral ? found.values : general.merging(found.values) { $1 }, file: name,
      block: number)
    if isGeneral {
      general = found.values.filter {
        !$0.key.hasPrefix("EDF_") && !["SIZE", "IMAGE", "HEADERID"].contains($0.key)
      }
      let stored = try fields.storedByteCount() ?? 0
      try goOn(behind: start, stored)
      return true
    }
    let block = try EDFBlock(fields, headerAt: path, dataAt: start, hints: hints)
    try goOn(behind: start, block.storedByteCount)
    if block.isErrorEstimate {
      passedOver += 1
      return true
    }
    let needed = block.voxelByteCount
    if let external = block.externalFile {
      guard case .file(let held) = kind(ofPath: external) else {
        throw EDFError.dataIsMissing(file: name, block: number, data: external)
      }
      guard block.segment.offset <= held - needed else {
        throw EDFError.dataIsShort(
          file: name, block: number, data: external, needed: block.segment.offset + needed,
          found: held)
      }
    } else if block.storedByteCount > needed, padding == nil {
      padding = (number, block.storedByteCount - needed)
    }
    blocks.append(block)
    return true
  }

  private mutating func goOn(behind start: Int, _ stored: Int) throws(EDFError) {
    let (end, overflows) = start.addingReportingOverflow(stored)
    guard !overflows, end <= byteCount else {
      throw .isCut(
        file: name, block: number, needed: overflows ? .max : end, found: byteCount)
    }
    place = end
  }
}
