import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

extension StorePaths {
  /// The name of the table beside a volume.
  static let tableName = "table"
  /// The group of the table's columns.
  var table: String { "\(group)/\(Self.tableName)" }
}

extension StoreFormat: ColumnStoring {
  /// Begins the table of the store at `path`, in place of one that is there.
  public func columns(
    _ columns: [TableColumn], rows: Int, inStore path: String, compression: StoreCompression?,
    attributes: [String: JSONValue]
  ) throws(Explanation) -> any ColumnWriting {
    let paths = StorePaths(group: withoutTrailingSlashes(path))
    do throws(StoreError) {
      return try ColumnsWriter(
        paths.table, columns, rows: rows, compression.map { ChunkCodecs($0) } ?? codecs, attributes)
    } catch {
      throw error.explanation
    }
  }
}

/// The columns of one table, an array of one axis for each; whole where the group has its document.
final class ColumnsWriter: ColumnWriting, @unchecked Sendable {
  private let folder: String
  private let columns: [TableColumn]
  private let files: [ColumnFile]
  private let attributes: [String: JSONValue]
  private let rows: Int
  private var added = 0

  init(
    _ folder: String, _ columns: [TableColumn], rows: Int, _ codecs: ChunkCodecs,
    _ attributes: [String: JSONValue]
  ) throws(StoreError) {
    (self.folder, self.columns, self.rows) = (folder, columns, rows)
    self.attributes = attributes
    try system { () throws(SystemError) in
      // First the document, so that half a table never looks whole.
      try removeFile(folder + "/zarr.json")
      try removeFolder(folder)
      try makeFolder(folder)
    }
    var files: [ColumnFile] = []
    for column in columns {
      files.append(
        try ColumnFile(
          "\(folder)/\(column.name)",
          ColumnMetadata(type: column.type, rows: rows, codecs: codecs)))
    }
    self.files = files
  }

  func add(_ cells: [TableCell]) throws(Explanation) {
    precondition(cells.count == files.count, "as many cells as columns")
    do throws(StoreError) {
      for (file, cell) in zip(files, cells) { try file.add(cell) }
    } catch {
      throw error.explanation
    }
    added += 1
  }

  func finish() throws(Explanation) {
    precondition(added == rows, "as many rows as were said")
    var attributes = attributes
    attributes["columns"] = .array(columns.map { .string($0.name) })
    attributes["rows"] = .integer(rows)
    do throws(StoreError) {
      for file in files { try file.finish() }
      let document = GroupMetadata(attributes: attributes).encoded()
      try system { () throws(SystemError) in
        for column in columns { try synchroniseFolder("\(folder)/\(column.name)") }
        try writeFileAtomically(folder + "/zarr.json", document)
      }
    } catch {
      throw error.explanation
    }
  }
}
