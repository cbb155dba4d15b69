import Foundation
import Testing

@Suite struct `The module graph` {
  let tree: SourceTree
  init() throws { tree = try SourceTree() }

  @Test func `is that of the allow-list, file by file`() {
    #expect(tree.modules.count > 15)
    for (module, files) in tree.modules {
      guard let words = AllowedImports.byModule[module] else {
        Issue.record("\(module) (\(files[0].path)) is not in the allow-list")
        continue
      }
      let allowed = Set(words.split(separator: " ").map(String.init))
      for file in files {
        let excess = Set(file.imports).subtracting(allowed)
        #expect(excess.isEmpty, "\(file.path) imports \(excess.sorted().joined(separator: ", "))")
      }
    }
  }

  @Test func `lets no format, engine or store be imported but by the composition root`() {
    for (module, files) in tree.modules where module != "T2SVolume" {
      for file in files {
        // The store is made of Zarr: the one plug that stands on another.
        let allowed = module == "VolumeStore" ? ["ZarrFormat"] : []
        let plugs = Set(file.imports).intersection(AllowedImports.plugs).subtracting(allowed)
        #expect(plugs.isEmpty, "\(file.path) imports \(plugs)")
      }
    }
  }

  @Test func `has each library of C imported by exactly one module`() {
    #expect(tree.cModules.count >= 7)
    for library in tree.cModules {
      let importers = tree.modules.filter { $0.value.contains { $0.imports.contains(library) } }
        .keys
      #expect(importers.count == 1, "\(library) is imported by \(importers.sorted())")
    }
  }

  @Test func `does without the whole of Foundation`() {
    for file in tree.modules.values.joined() {
      #expect(!file.imports.contains("Foundation"), "\(file.path)")
    }
  }

  @Test func `has no circle`() {
    var open = Set(AllowedImports.byModule.keys)
    var layers = 0
    while !open.isEmpty {
      let free = open.filter { module in
        let imports = (AllowedImports.byModule[module] ?? "").split(separator: " ").map(String.init)
        return open.isDisjoint(with: imports)
      }
      guard !free.isEmpty else {
        Issue.record("these import each other in a circle: \(open.sorted())")
        return
      }
      open.subtract(free)
      layers += 1
    }
    #expect(layers >= 4)
  }

  @Test func `is declared: every folder with sources is a target, every target has sources`() {
    let declared = Set(SourceTree.targets(of: tree.manifest).map(\.name))
    for module in tree.modules.keys { #expect(declared.contains(module), "\(module)") }
    for name in declared.subtracting(tree.cModules) {
      #expect(tree.modules[name] != nil, "\(name) is declared and has no Swift file")
    }
    for name in AllowedImports.byModule.keys {
      #expect(declared.contains(name), "\(name) is allowed imports and is no target")
    }
  }

  @Test func `has a line for every kind of import`() {
    let text = """
      import A
      @preconcurrency import B
      public import C.Part
      import struct D.Thing
      // import E
      let text = "import F"
      """
    #expect(SourceTree.imports(of: text) == ["A", "B", "C", "D"])
  }
}
