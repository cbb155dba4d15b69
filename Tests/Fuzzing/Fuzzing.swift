import Glibc

// libFuzzer brings its own `main`; the package's tools call the one of this name instead.

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ feed: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// `--list` prints the targets; else libFuzzer's own arguments, with the target in T2S_FUZZ_TARGET.
@_cdecl("Fuzzing_main")
public func fuzzingMain(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  let first = unsafe count > 1 ? arguments?[1].map { unsafe String(cString: $0) } : nil
  guard first != "--list" else {
    for target in FuzzTarget.all { print("\(target.name)\t\(target.seconds)\t\(target.seeds)") }
    return 0
  }
  var count = count
  var arguments = unsafe arguments
  return unsafe runDriver(&count, &arguments) { bytes, count in
    unsafe testOneInput(bytes, count)
  }
}

/// libFuzzer's entry by its usual name, which its own `main` would call.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  try? chosen.feed(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// The target of this process.
private let chosen: FuzzTarget = {
  let name = unsafe getenv("T2S_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    fatalError("T2S_FUZZ_TARGET is '\(name)'; --list lists the targets")
  }
  return target
}()
