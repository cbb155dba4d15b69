import Glibc
import SystemIO
import VolumeCore

/// Files beside a model that hold its large tensors.
///
/// A model may come from anywhere, so the names in it are not trusted: only files in the model's own
/// folder, or below it, are opened, and links that lead out of it are not followed.
struct ONNXExternalFiles {
  /// The model's folder; `nil` where there is none, as for bytes that come from elsewhere.
  let folder: String?

  /// The bytes of a tensor.
  func bytes(of tensor: ONNXTensor) throws(ONNXModelError) -> [UInt8] {
    let path = try path(of: tensor)
    let location = tensor.external["location"] ?? ""
    guard
      let offset = number(tensor.external["offset"], 0),
      case .file(let byteCount) = kind(ofPath: path), offset <= byteCount,
      let length = number(tensor.external["length"], byteCount - offset),
      length <= byteCount - offset, length <= 1 << 31
    else { throw .outsideFile(tensor: tensor.name, location: location) }
    do throws(SystemError) {
      let file = try FileHandle(readingFrom: path)
      var bytes = [UInt8](repeating: 0, count: length)
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      let count = try file.read(at: offset, into: &raw)
      guard count == length else {
        throw SystemError(call: "read", path: path, code: EIO)
      }
      return bytes
    } catch { throw .unreadable(error) }
  }

  /// The paths of all files that `document` names, each once, in order.
  func paths(of document: ONNXDocument) throws(ONNXModelError) -> [String] {
    var result: Set<String> = []
    for tensor in document.initializers.values where tensor.isExternal {
      result.insert(try path(of: tensor))
    }
    return result.sorted()
  }

  private func path(of tensor: ONNXTensor) throws(ONNXModelError) -> String {
    guard let folder else { throw .externalConstant(tensor: tensor.name) }
    let location = tensor.external["location"] ?? ""
    let outside = ONNXModelError.outsideFolder(tensor: tensor.name, location: location)
    guard !location.isEmpty, !location.utf8.contains(0), !location.hasPrefix("/"),
      !location.split(separator: "/").contains("..")
    else {
      throw outside
    }
    let path = "\(folder)/\(location)"
    guard kind(ofPath: path) != .missing else {
      throw .outsideFile(tensor: tensor.name, location: location)
    }
    guard let real = resolved(path), let inside = resolved(folder),
      real.hasPrefix(inside == "/" ? "/" : inside + "/")
    else { throw outside }
    return real
  }

  /// A decimal number of bytes; where there is none, `standard`.
  private func number(_ text: String?, _ standard: Int) -> Int? {
    guard let text else { return standard }
    guard let value = Int(text), value >= 0 else { return nil }
    return value
  }

  /// The path without links.
  private func resolved(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
