import HDF5Child
import HDF5Library
import SystemIO
import VolumeCore
import XMLReading

/// BigDataViewer: `/t00000/s00/0/cells` for time, setup and level; 16-bit values that are declared
/// signed are meant unsigned. Voxel size and unit are in the XML file beside.
struct BigDataViewerLayout {
  let contents: HDF5Contents
  /// The longest XML file that is looked at.
  private static let longestXML = 16 << 20

  init(_ contents: HDF5Contents) { self.contents = contents }

  /// The parts of a dataset's path; `nil` where it is none of BigDataViewer's.
  private func parts(_ path: String) -> (time: Int, setup: Int, level: Int)? {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count == 4, parts[3] == "cells",
      let time = number(of: parts[0], behind: "t"), parts[0].utf8.count >= 6,
      let setup = number(of: parts[1], behind: "s"), let level = number(of: parts[2], behind: ""),
      contents.has("/\(parts[1])/resolutions")
    else { return nil }
    return (time, setup, level)
  }

  /// The dataset that level and channel choose; `nil` where the file is none of BigDataViewer's.
  func chosen(_ hints: OpeningHints) throws(HDF5FormatError) -> String? {
    let all = contents.datasets.compactMap { dataset in
      parts(dataset.path).map { (path: dataset.path, at: $0) }
    }
    guard !all.isEmpty else { return nil }
    let times = Set(all.map(\.at.time)).sorted()
    guard times.count == 1 else {
      throw .severalTimes(
        file: contents.file,
        datasets: times.compactMap { time in all.first { $0.at.time == time }?.path })
    }
    // Channels are counted from 0, whatever the setups' numbers are.
    let setups = Set(all.map(\.at.setup)).sorted()
    guard let channel = hints.channel ?? (setups.count == 1 ? 0 : nil) else {
      throw .channelNotChosen(file: contents.file, channels: setups.count)
    }
    guard setups.indices.contains(channel) else {
      throw .channelIsMissing(file: contents.file, channel: channel, channels: setups.count)
    }
    let levels = all.filter { $0.at.setup == setups[channel] }
    let said = hints.level ?? "0"
    guard let found = levels.first(where: { said == "\($0.at.level)" }) else {
      throw .levelIsMissing(
        file: contents.file, level: said, levels: levels.map { "\($0.at.level)" })
    }
    return found.path
  }

  /// What the files say of the dataset; `nil` where it is none of BigDataViewer's.
  func described(_ dataset: HDF5Dataset) throws(HDF5FormatError) -> FoundVolume? {
    guard let at = parts(dataset.path), dataset.extents.count == 3 else { return nil }
    var found = FoundVolume(dataset)
    found.format = "HDF5 (BigDataViewer)"
    if dataset.element.kind == .integer, dataset.element.byteCount == 2, dataset.element.isSigned {
      found.isUnsigned = true
      found.about.remarks.append(
        "it is declared int16 and read as uint16, which BigDataViewer means by it")
    }
    let setup = dataset.path.split(separator: "/")[1]
    // One line of factors (x, y, z) for each level.
    let factors = try contents.value("/\(setup)/resolutions")?.numbers ?? []
    guard let size = voxelSize(ofSetup: at.setup) else { return found }
    let line = factors.dropFirst(3 * at.level).prefix(3)
    guard line.count == 3 || at.level == 0 else { return found }
    let scale = line.count == 3 ? Array(line) : [1, 1, 1]
    let spacing = VoxelSpacing(
      z: size.z * scale[2], y: size.y * scale[1], x: size.x * scale[0])
    if spacing.isPossible { found.about.spacing = spacing }
    return found
  }

  private func voxelSize(ofSetup setup: Int) -> VoxelSpacing? {
    guard let dot = contents.file.lastIndex(of: ".") else { return nil }
    let path = contents.file[..<dot] + ".xml"
    guard let bytes = try? SystemIO.contents(ofFile: String(path), limit: Self.longestXML),
      let setups = XMLElement(parsing: bytes)?["SequenceDescription", "ViewSetups"]
    else { return nil }
    let found = setups.children("ViewSetup").first {
      Int(trimmed($0.child("id")?.text ?? "")) == setup
    }
    guard let size = found?.child("voxelSize"),
      let unit = size.child("unit").flatMap({ LengthUnit.micrometres(in: trimmed($0.text)) })
    else { return nil }
    let edges = (size.child("size")?.text ?? "").split { $0.isWhitespace }.compactMap { Double($0) }
    guard edges.count == 3 else { return nil }
    return VoxelSpacing(z: edges[2] * unit, y: edges[1] * unit, x: edges[0] * unit)
  }

  private func trimmed(_ text: String) -> String {
    text.split { $0.isWhitespace }.joined(separator: " ")
  }
}
