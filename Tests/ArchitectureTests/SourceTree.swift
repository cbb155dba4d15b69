import Foundation

/// The sources as they lie on disk: which module holds which file, and what each file imports.
struct SourceTree {
  /// One Swift file.
  struct File {
    var path: String
    var imports: [String]
  }

  /// The files of each module.
  var modules: [String: [File]] = [:]
  /// The modules of C: folders with a module map, or with an `include` folder.
  var cModules: Set<String> = []
  /// The text of Package.swift.
  var manifest: String

  /// The repository's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  init() throws {
    manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
    // Longest paths first, since one target's folder may lie in another's.
    let targets = Self.targets(of: manifest).sorted { $0.path.count > $1.path.count }
    for top in ["Sources", "Formats"] {
      let base = Self.root.appending(path: top)
      guard let walk = FileManager.default.enumerator(atPath: base.path) else { continue }
      for case let name as String in walk {
        let path = top + "/" + name
        let folder = URL(filePath: path).deletingLastPathComponent().lastPathComponent
        if name.hasSuffix("module.modulemap") { cModules.insert(folder) }
        if name.hasSuffix("/include") { cModules.insert(folder) }
        guard name.hasSuffix(".swift") else { continue }
        let module = targets.first { path.hasPrefix($0.path + "/") }?.name ?? "no target: \(path)"
        let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        modules[module, default: []].append(File(path: path, imports: Self.imports(of: text)))
      }
    }
  }

  /// The modules that `text` imports: `import X`, with whatever stands before it.
  static func imports(of text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
        words[..<position].allSatisfy({
          $0.hasPrefix("@")
            || ["public", "package", "internal", "private", "fileprivate"].contains($0)
        })
      else { return nil }
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = kinds.contains(words[position + 1]) ? words[position + 2] : words[position + 1]
      return String(name.prefix { $0 != "." })
    }
  }

  /// Names and paths of targets, from the manifest's text: `"Name", "Path"` or `path: "Path"`.
  static func targets(of manifest: String) -> [(name: String, path: String)] {
    let quoted = manifest.split(separator: "\"", omittingEmptySubsequences: false)
      .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    return quoted.filter { $0.hasPrefix("Sources/") || $0.hasPrefix("Formats/") }.map {
      (String($0.split(separator: "/").last ?? ""), $0)
    }
  }
}
