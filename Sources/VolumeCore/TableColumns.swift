/// One cell of a table.
public enum TableCell: Hashable, Sendable, CustomStringConvertible {
  /// A whole number.
  case integer(Int)
  /// Any number.
  case number(Double)
  /// No value; in an array of numbers it is NaN.
  case missing

  /// A number, or nothing.
  public init(_ value: Double?) { self = value.map { .number($0) } ?? .missing }

  /// As a table of text has it.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .missing: ""
    }
  }
}

/// A column of a table: what it is called, and what its cells are stored as.
public struct TableColumn: Hashable, Sendable {
  /// The name, with the unit in it: of lower-case letters, digits and `_`.
  public var name: String
  /// The type of its numbers; only `float64` has room for what is missing.
  public var type: VoxelType

  /// The column `name` of `type`: `uint8`, `uint32`, `int64` or `float64`.
  public init(_ name: String, _ type: VoxelType = .float64) {
    precondition([.uint8, .uint32, .int64, .float64].contains(type))
    (self.name, self.type) = (name, type)
  }
}

/// A table that is written row by row into a store beside its volume, one array for each column.
public protocol ColumnWriting: Sendable {
  /// Adds a row, a cell for each column; called by one thread at a time.
  func add(_ cells: [TableCell]) throws(Explanation)
  /// Writes what is left, and the documents that say that all is there.
  func finish() throws(Explanation)
}

/// Stores that can have a table beside their volume: the seam that commands see.
public protocol ColumnStoring: Sendable {
  /// Begins the table of the store at `path`, in place of one that is there.
  ///
  /// - Parameters:
  ///   - rows: how many rows there will be.
  ///   - compression: that of the volume; `nil`: the usual.
  ///   - attributes: what is kept with the table.
  func columns(
    _ columns: [TableColumn], rows: Int, inStore path: String, compression: StoreCompression?,
    attributes: [String: JSONValue]
  ) throws(Explanation) -> any ColumnWriting
}
