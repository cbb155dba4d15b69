import SystemIO
import VolumeCore
import VoxelFiles

/// Why an AmiraMesh file cannot be opened.
public enum AvizoError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file, or not a plain one, at the path.
  case isNoFile(path: String)
  /// Its first line is not that of an AmiraMesh.
  case hasNoSignature(file: String)
  /// Its first line does not say how values are written.
  case encodingIsNotKnown(file: String, line: String)
  /// No data begin within what a header may be long.
  case hasNoData(file: String, limit: Int)
  /// An extent is there twice.
  case definesTwice(file: String, name: String)
  /// Braces inside braces beyond all use.
  case isTooDeep(file: String, limit: Int)
  /// The header ends inside braces.
  case bracesDoNotClose(file: String)
  /// It holds something else than voxels: a surface, a graph.
  case hasNoLattice(file: String, holds: [String])
  /// The lattice has another number of axes than two or three.
  case latticeIsNotRead(file: String, extent: [Int])
  /// An extent that is not positive, or a product beyond counting.
  case extentIsImpossible(file: String, shape: Shape3)
  /// Voxels that do not lie evenly.
  case isNotUniform(file: String, kind: String)
  /// A type of value that is not read.
  case typeIsNotRead(file: String, field: String, type: String)
  /// A compression that is not read.
  case compressionIsNotRead(file: String, compression: String)
  /// Run lengths of values of more than one byte.
  case runsAreOfWideValues(file: String, field: String, type: String)
  /// A compression without the number of bytes.
  case lengthIsMissing(file: String, compression: String)
  /// There is no `@` where the values of an array should begin.
  case sectionIsMissing(file: String, index: Int, offset: Int)
  /// The file ends before the values do.
  case dataIsCut(file: String, index: Int, needed: Int, found: Int)
  /// Something stands behind the values that does not belong there.
  case dataGoesOn(file: String, index: Int, end: Int, found: Int)
  /// So few bytes that the extent cannot be made of them.
  case dataIsTooShort(file: String, found: Int, values: Int)
  /// An option contradicts the file, or is missing.
  case hint(HintError)
}

extension AvizoError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .hint(let error): return error.explanation
    default:
      let (what, remedy) = words
      return Explanation(.input, what, remedy: remedy)
    }
  }

  private var words: (what: String, remedy: String) {
    let again = "copy the file again from where it is whole, as binary"
    let save = "save it from Avizo or Amira as AmiraMesh binary, not compressed"
    switch self {
    case .system, .hint: return ("", "")
    case .isNoFile(let path): return ("\(path) is not a file", "check the path")
    case .hasNoSignature(let file):
      return (
        "\(file) does not begin with # AmiraMesh or # Avizo",
        "check the file; surfaces and projects are not read"
      )
    case .encodingIsNotKnown(let file, let line):
      return ("\(file) begins with # \(line), which names neither BINARY nor ASCII", save)
    case .hasNoData(let file, let limit):
      return ("\(file): no line @1 in its first \(limit) bytes", again)
    case .definesTwice(let file, let name):
      return ("\(file): define \(name) is there twice", "remove one of them")
    case .isTooDeep(let file, let limit):
      return ("\(file): its parameters are in more than \(limit) braces", again)
    case .bracesDoNotClose(let file): return ("\(file): braces of Parameters do not close", again)
    case .hasNoLattice(let file, let holds):
      return (
        "\(file) holds no lattice of voxels, but \(holds.isEmpty ? "nothing" : holds.joined(separator: ", "))",
        "export the volume itself from Avizo or Amira"
      )
    case .latticeIsNotRead(let file, let extent):
      return (
        "\(file): its lattice has \(extent.count) axes: \(extent)",
        "export the volume as three axes, x y z"
      )
    case .extentIsImpossible(let file, let shape):
      return ("\(file): no volume has an extent of \(shape) (z, y, x)", again)
    case .isNotUniform(let file, let kind):
      return (
        "\(file): its coordinates are \(kind), so voxels do not lie evenly",
        "resample it in Avizo or Amira to uniform coordinates"
      )
    case .typeIsNotRead(let file, let field, let type):
      return (
        "\(file): \(field) has values of type \(type), which are not read",
        "convert it in Avizo or Amira to byte, ushort, int or float"
      )
    case .compressionIsNotRead(let file, let compression):
      return ("\(file): its values are compressed by \(compression), which is not read", save)
    case .runsAreOfWideValues(let file, let field, let type):
      return (
        "\(file): \(field) is of \(type) compressed by HxByteRLE, whose order of bytes is not known",
        save
      )
    case .lengthIsMissing(let file, let compression):
      return ("\(file): \(compression) is there without its number of bytes", save)
    case .sectionIsMissing(let file, let index, let offset):
      return ("\(file): at byte \(offset) the line @\(index) is missing", again)
    case .dataIsCut(let file, let index, let needed, let found):
      return (
        "\(file) has \(found) bytes; extent and type of the values @\(index) make it \(needed)",
        again
      )
    case .dataGoesOn(let file, let index, let end, let found):
      return (
        "\(file) has \(found) bytes; extent and type of the values @\(index) end at byte \(end)",
        "check the header: nothing is left out silently"
      )
    case .dataIsTooShort(let file, let found, let values):
      return ("\(file): \(found) bytes of data cannot hold \(values) values", again)
    }
  }
}
