import VolumeCore

extension VGStudioError {
  /// What is wrong, and what to do, where it is not a matter of other modules.
  var words: (what: String, remedy: String) {
    switch self {
    case .system, .hint, .isNoFile: return ("", "")
    case .headerIsTooLong(let file, let limit):
      return ("\(file) is longer than \(limit) bytes", "check that it is a .vgi header")
    case .hasNoVolume(let file):
      return ("\(file) has no {volume1}", "check that it is a .vgi header of a volume")
    case .holdsSeveral(let file, let names):
      return (
        "\(file) holds \(names.count) volumes: \(names.joined(separator: ", "))",
        "say which to read with --channel 0 to --channel \(names.count - 1)"
      )
    case .volumeIsMissing(let file, let channel, let count):
      return (
        "\(file) has no volume \(channel), but \(count), counted from 0",
        count == 1
          ? "leave --channel away" : "give --channel 0 to --channel \(count - 1)"
      )
    case .saysTwice(let file, let key, let one, let other):
      return ("\(file): \(key) is there twice, as \(one) and as \(other)", "remove one of them")
    case .leavesOut(let file, let key, let section):
      return ("\(file): \(section) has no \(key)", "add it to the header")
    case .numberIsWrong(let file, let key, let text):
      return ("\(file): \(key) = \(text) is not what is wanted there", "correct the header")
    case .typeIsNotSaid(let file, let bits):
      return (
        "\(file) does not say what a voxel is"
          + (bits.map { ", but that it has \($0) bits" } ?? ""),
        bits == nil ? "say it with --type" : "add datatype to the header"
      )
    case .typeIsNotRead(let file, let type, let bits):
      return (
        "\(file): voxels of type \(type)\(bits.map { " with \($0) bits" } ?? "") are not read",
        "export the volume with unsigned integers of 8 or 16 bits or as float of 32"
      )
    case .formatIsNotRead(let file, let format):
      return (
        "\(file): its voxels are stored as \(format), not raw",
        "give the files that it names, or export the volume as raw data"
      )
    case .extentIsImpossible(let file, let shape):
      return ("\(file): no volume has an extent of \(shape) (z, y, x)", "correct the header")
    case .partIsOutside(let file, let first, let last, let size):
      return (
        "\(file): its region of interest from \(first) to \(last) (x, y, z) is not inside a size of "
          + "\(size)", "correct the header"
      )
    case .filesDiffer(let file, let one, let other):
      return (
        "\(file): \(one) and \(other) differ in the extent or the type of their layers",
        "give each its own header"
      )
    case .representationDiffers(let file, let representation, let files):
      return (
        "\(file): VGStudio makes a volume of \(representation) (z, y, x) of files that hold \(files)",
        "export the volume as it is in VGStudio, or set the size of [representation] to that of "
          + "the files"
      )
    case .dataIsMissing(let file, let name):
      return (
        "\(file): the file it names, \(name), is not there",
        "put it into the folder of the header"
      )
    case .leadsOutside(let file, let name):
      return (
        "\(file): the file it names, \(name), lies outside its folder",
        "put it into the folder of the header"
      )
    case .sizeDisagrees(let path, let needed, let found):
      return (
        "\(path) has \(found) bytes; extent, type and SkipHeader of its .vgi make it \(needed)",
        found < needed
          ? "copy the file again from where it is whole, or correct the header"
          : "correct the header: nothing is left out silently"
      )
    case .headerIsOfOthers(let file, let header, let names):
      return (
        "\(file): \(header) beside it is about \(names.joined(separator: ", "))",
        "give \(header) itself, or move it away and say what \(file) holds with --shape and --type"
      )
    }
  }
}
