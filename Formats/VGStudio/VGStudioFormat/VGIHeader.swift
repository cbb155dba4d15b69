import SystemIO
import VoxelFiles

/// A `.vgi` file taken apart: objects in braces, their sections in brackets, and in each what is said.
struct VGIHeader: Hashable {
  /// A header is not longer than this.
  static let longest = 1 << 20

  /// Something in braces.
  struct Object: Hashable {
    /// `volume1`.
    var name: String
    /// Its sections in their order.
    var sections: [Section] = []

    /// The section called `name`.
    func section(_ name: String) -> Section? { sections.first { $0.name == name } }
  }

  /// Something in brackets.
  struct Section: Hashable {
    /// `file1`, in small letters.
    var name: String
    /// What is said, by key in small letters, since writers differ in their case.
    var values: [String: String] = [:]
  }

  /// The objects in their order.
  let objects: [Object]

  /// Takes the bytes of the file called `file` apart.
  init(decoding bytes: [UInt8], file: String) throws(VGStudioError) {
    guard bytes.count <= Self.longest else {
      throw .headerIsTooLong(file: file, limit: Self.longest)
    }
    var objects: [Object] = []
    for line in windowsText(bytes).split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      if line.hasPrefix("{"), line.hasSuffix("}") {
        objects.append(Object(name: trimmed(line.dropFirst().dropLast()).lowercased()))
      } else if line.hasPrefix("["), line.hasSuffix("]"), !objects.isEmpty {
        let name = trimmed(line.dropFirst().dropLast()).lowercased()
        objects[objects.count - 1].sections.append(Section(name: name))
      } else if let equals = line.firstIndex(of: "="), let object = objects.indices.last,
        let section = objects[object].sections.indices.last
      {
        let key = trimmed(line[..<equals]).lowercased()
        let value = trimmed(line[line.index(after: equals)...])
        let before = objects[object].sections[section].values.updateValue(value, forKey: key)
        if let before, before != value {
          throw .saysTwice(file: file, key: key, one: before, other: value)
        }
      }
    }
    self.objects = objects
  }

  /// The volumes: `{volume1}`, `{volume2}`; what is called otherwise is a scene's matter.
  var volumes: [Object] { objects.filter { Self.number(of: $0.name, after: "volume") != nil } }

  /// The place that the object called `name` has in the scene: of the primitive that shows it.
  func geometry(of name: String) -> Section? {
    let primitives = objects.filter { Self.number(of: $0.name, after: "volumeprimitive") != nil }
    let named = primitives.first {
      $0.section("volume")?.values["volume"]?.lowercased() == name
    }
    if let named { return named.section("geometry") }
    // A file of one volume need not say what its one primitive shows.
    guard volumes.count == 1, primitives.count == 1,
      primitives[0].section("volume")?.values["volume"] == nil
    else { return nil }
    return primitives[0].section("geometry")
  }

  /// 12 of `file12` after `file`.
  static func number(of name: String, after word: String) -> Int? {
    guard name.hasPrefix(word) else { return nil }
    let digits = name.dropFirst(word.count)
    guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    return Int(digits)
  }
}

extension VGIHeader.Section {
  /// The numbers of `key`, or `nil` where it is not there; anything but `counts` of them is an error.
  func integers(
    _ key: String, counts: Set<Int>, file: String
  ) throws(VGStudioError) -> [Int]? {
    guard let text = values[key] else { return nil }
    let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
    guard counts.contains(numbers.count), !numbers.contains(nil) else {
      throw .numberIsWrong(file: file, key: key, text: text)
    }
    return numbers.compactMap { $0 }
  }

  /// The numbers of `key`, which may have a comma where other countries have a point; `nil` where it is
  /// not there or something else.
  func numbers(_ key: String) -> [Double]? {
    guard let text = values[key] else { return nil }
    let numbers = text.split(whereSeparator: \.isWhitespace).map {
      Double($0.replacing(",", with: "."))
    }
    return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
  }
}
