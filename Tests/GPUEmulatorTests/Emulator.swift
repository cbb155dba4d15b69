import CUDNNEngine
import GPUEmulatorControl
import Glibc
import SystemIO
import Testing
import VolumeTesting

/// All tests of the emulator, which is one for the process: they run one after another.
@Suite(.serialized) enum GPUEmulatorTests {}

/// The emulated driver and cuDNN: loaded as the real ones are, and steered by a table of its own.
@safe final class Emulator: Sendable {
  let table: t2s_emulator
  /// Where an engine finds it.
  let places: GPULibraryPlaces

  /// The library that was built beside these tests, or why there is none.
  static func loaded() throws -> Emulator { try library.get() }

  private static let library = Result { try Emulator() }

  private init() throws {
    let tests = CommandLine.arguments.first ?? ""
    #if DEBUG
      let configuration = "debug"
    #else
      let configuration = "release"
    #endif
    let folders = [folder(ofPath: tests), ".build/\(configuration)"]
    let path = try #require(
      folders.map { "\($0)/libT2SGPUEmulator.so" }.first { kind(ofPath: $0) != .missing },
      "not built: swift build --product T2SGPUEmulator (looked in \(folders))")
    // cuDNN is looked for by name, in a folder.
    let aliases = try TemporaryFolder()
    let full = unsafe realpath(path, nil).map { unsafe String(cString: $0) } ?? path
    for name in ["libcudnn.so.9", "libcublasLt.so.12", "libcuda.so.1"] {
      try #require(unsafe symlink(full, aliases.file(name)) == 0)
    }
    let folder = aliases.path
    places = GPULibraryPlaces(
      driver: full, environment: { $0 == "T2S_CUDNN" ? folder : nil }, names: { _ in [] })
    guard let library = unsafe dlopen(full, RTLD_NOW | RTLD_GLOBAL) else {
      throw EmulatorMissing(path: full)
    }
    // Opened under its other names while they are there.
    for name in ["libcudnn.so.9", "libcublasLt.so.12"] {
      try #require(unsafe dlopen(aliases.file(name), RTLD_NOW) != nil)
    }
    self.aliases = aliases
    var table = t2s_emulator()
    if let lacking = unsafe t2s_emulator_fill(&table, library) {
      Issue.record("the emulator has no \(unsafe String(cString: lacking))")
    }
    self.table = table
  }

  private let aliases: TemporaryFolder

  /// When the emulator does what was put on streams.
  enum Schedule: Hashable, Sendable, CustomTestStringConvertible {
    case eager
    case lazy
    case random(seed: UInt64)
    case starved(stream: Int)
    case virtual

    var testDescription: String { "\(self)" }

    /// One of each.
    static let each: [Schedule] = [.eager, .lazy, .random(seed: 1), .starved(stream: 0), .virtual]
  }

  /// Begins anew; `clock` is that of virtual time, where nothing large is computed by it, and is kept by
  /// the caller.
  func reset(
    _ schedule: Schedule = .eager, card: Int = T2S_CARD_4090, cards: Int = 1, capacity: Int = 0,
    cudnn: Int = 0, sums: UInt64 = 1, wrongEngine: Int = 0, wrongForward: Int = 0,
    clock: VirtualClock? = nil
  ) {
    var options = unsafe t2s_emulator_options()
    unsafe options.card = Int32(card)
    unsafe options.cards = Int32(cards)
    unsafe options.capacity = capacity
    unsafe options.cudnnVersion = Int32(cudnn)
    unsafe options.seed = 1
    unsafe options.sums = sums
    unsafe options.wrongEngine = Int32(wrongEngine)
    unsafe options.wrongForward = Int32(wrongForward)
    switch schedule {
    case .eager: unsafe options.schedule = Int32(T2S_SCHEDULE_EAGER)
    case .lazy: unsafe options.schedule = Int32(T2S_SCHEDULE_LAZY)
    case .random(let seed):
      unsafe options.schedule = Int32(T2S_SCHEDULE_RANDOM)
      unsafe options.seed = seed
    case .starved(let stream):
      unsafe options.schedule = Int32(T2S_SCHEDULE_STARVED)
      unsafe options.starved = Int32(stream)
    case .virtual: unsafe options.schedule = Int32(T2S_SCHEDULE_VIRTUAL)
    }
    if let clock {
      unsafe options.skipsArithmetic = 1
      unsafe clock.drive(&options)
    }
    unsafe table.reset(&options)
  }

  /// The rules that were broken, in words.
  var violations: [String] {
    (0..<table.violations()).map { place in
      unsafe table.violation(place).map { unsafe String(cString: $0) } ?? "?"
    }
  }

  /// What was made and not given back; empty where nothing is.
  var leak: String {
    guard table.leaks() > 0 else { return "" }
    return unsafe table.leak().map { unsafe String(cString: $0) } ?? "?"
  }
}

/// The library is there and cannot be loaded.
struct EmulatorMissing: Error {
  var path: String
}
