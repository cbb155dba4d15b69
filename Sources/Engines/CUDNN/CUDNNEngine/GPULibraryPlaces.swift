import Glibc
import SystemIO

/// Where the driver and cuDNN are looked for.
package struct GPULibraryPlaces: Sendable {
  /// The driver's library: a name that the loader finds, or a path.
  package var driver = "libcuda.so.1"
  /// The value of an environment variable.
  package var environment: @Sendable (String) -> String?
  /// The names in a folder; empty where it is none.
  package var names: @Sendable (String) -> [String]

  /// The places of this machine.
  package init() {
    environment = { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
    names = { (try? SystemIO.names(inFolder: $0)) ?? [] }
  }

  /// Places for a test.
  package init(
    driver: String, environment: @escaping @Sendable (String) -> String?,
    names: @escaping @Sendable (String) -> [String]
  ) {
    self.driver = driver
    self.environment = environment
    self.names = names
  }

  /// Folders that may hold libcudnn.so.9, the first that does being taken; an empty one stands for
  /// the loader's own places.
  ///
  /// `T2S_CUDNN` alone, where it is set; else the loader's, and then Python's packages, since
  /// `pip install nvidia-cudnn-cu12` is how most people have it: those of an active environment, of
  /// the Pythons in PATH, of the user, and of the usual places.
  package func cudnn() -> [String] {
    if let given = environment("T2S_CUDNN"), !given.isEmpty { return [given] }
    var prefixes: [String] = []
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
      if let prefix = environment(name), !prefix.isEmpty { prefixes.append(prefix) }
    }
    for folder in (environment("PATH") ?? "").split(separator: ":") where folder.hasSuffix("/bin") {
      prefixes.append(String(folder.dropLast(4)))
    }
    if let home = environment("HOME"), !home.isEmpty { prefixes.append(home + "/.local") }
    prefixes += ["/usr/local", "/usr", "/opt/conda"]
    var places = [""]
    for prefix in prefixes {
      for library in ["lib", "lib64"] {
        for python in names("\(prefix)/\(library)").sorted(by: >) where python.hasPrefix("python3")
        {
          for packages in ["site-packages", "dist-packages"] {
            let place = "\(prefix)/\(library)/\(python)/\(packages)/nvidia/cudnn/lib"
            if !places.contains(place), !names(place).isEmpty { places.append(place) }
          }
        }
      }
    }
    places += ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu"]
    return places
  }
}
