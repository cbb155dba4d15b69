// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled alike: unsafe lines are marked, and a warning is an error.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// A library module of the house; `path` says where, `dependencies` what it may import.
func module(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// A library module whose loops are compiled for speed in every configuration: they are what the
/// tests of a debug build spend their time in.
func fastModule(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path,
    swiftSettings: strict + [.unsafeFlags(["-O"])])
}

/// How tests themselves are compiled: what they test is optimised, but their own lines run once, and
/// optimising them took a third of a release build.
func settings(ofTests name: String) -> [SwiftSetting] {
  // These compute what they compare with, voxel by voxel.
  let computing = [
    "AnnotationTests", "GPUEmulatorTests", "MorphometryTests", "PhantomTests",
    "VolumePipelineTests", "VolumeStoreTests",
  ]
  return strict + (computing.contains(name) ? [] : [.unsafeFlags(["-Onone"])])
}

/// The tests of a module.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["VolumeTesting", "VolumeCore"],
    path: "Tests/\(name)", resources: [.copy("Fixtures")], swiftSettings: settings(ofTests: name))
}

/// Tests that bring no files along.
func plainTests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["VolumeTesting", "VolumeCore"],
    path: "Tests/\(name)", swiftSettings: settings(ofTests: name))
}

let package = Package(
  name: "t2s-volume",
  products: [
    .executable(name: "t2s-volume", targets: ["T2SVolume"]),
    // For tests: loaded by them as the driver and cuDNN are, and never looked for by the tool.
    .library(name: "T2SGPUEmulator", type: .dynamic, targets: ["GPUEmulator"]),
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(
      name: "CZstd", path: "Sources/Compression/CZstd", pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/Compression/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CBzip2", path: "Sources/Compression/CBzip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(
      name: "CLZ4", path: "Sources/Compression/CLZ4", pkgConfig: "liblz4",
      providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(
      name: "CBlosc", path: "Sources/Compression/CBlosc", pkgConfig: "blosc",
      providers: [.apt(["libblosc-dev"])]),
    .systemLibrary(
      name: "CXML2", path: "Sources/XMLReading/CXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(
      name: "CYAML", path: "Sources/YAMLReading/CYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CHDF5", path: "Sources/HDF5Library/CHDF5", pkgConfig: "hdf5",
      providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CChild", path: "Sources/HDF5Child/CChild"),
    .systemLibrary(
      name: "CTIFF", path: "Formats/TIFF/CTIFF", pkgConfig: "libtiff-4",
      providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(
      name: "CPNG", path: "Sources/PNGLibrary/CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CZIP", path: "Formats/Keras/CZIP", pkgConfig: "libzip",
      providers: [.apt(["libzip-dev"])]),
    .systemLibrary(
      name: "COneDNN", path: "Sources/Engines/OneDNN/COneDNN",
      providers: [.apt(["libdnnl-dev"])]),

    // What we use of NVIDIA's interfaces; their libraries are looked for when the tool runs.
    .systemLibrary(name: "CCUDA", path: "Sources/Engines/CUDNN/CCUDA"),
    .systemLibrary(name: "CCUDNN", path: "Sources/Engines/CUDNN/CCUDNN"),

    // Our own loops in C, for what must be vectorised for the CPU at hand.
    .target(
      name: "CKernels", path: "Sources/Engines/OneDNN/CKernels",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CHalving", path: "Sources/Halving/CHalving",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CCounting", path: "Sources/Quantification/CCounting",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CHashing", path: "Sources/VoxelHashing/CHashing",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CFlooding", path: "Sources/Annotation/CFlooding",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CFiltering", path: "Sources/Annotation/CFiltering",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CDistances", path: "Sources/Distances/CDistances",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CComponents", path: "Sources/Components/CComponents",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CMorphometry", path: "Sources/Morphometry/CMorphometry",
      cSettings: [.unsafeFlags(["-O3"])]),
    // FFmpeg's libraries, loaded when a film is made.
    .target(
      name: "CFilm", path: "Sources/Films/CFilm", cSettings: [.unsafeFlags(["-O2"])]),
    .target(
      name: "CChecksum", path: "Sources/Compression/CChecksum",
      cSettings: [.unsafeFlags(["-O3"])]),

    // Vocabulary, system and pure logic.
    module("VolumeCore", "Sources/VolumeCore"),
    module("SystemIO", "Sources/SystemIO", ["VolumeCore"]),
    module("Pipelines", "Sources/Pipelines", ["SystemIO", "VolumeCore"]),
    module("NeuralGraph", "Sources/NeuralGraph", ["VolumeCore"]),
    module("TilePlanning", "Sources/TilePlanning", ["VolumeCore", "NeuralGraph"]),

    // Runs that are cut into parts, for many machines.
    module("Cluster", "Sources/Cluster", ["SystemIO", "VolumeCore"]),

    fastModule("VolumePasses", "Sources/VolumePasses", ["Pipelines", "SystemIO", "VolumeCore"]),

    // What a whole volume looks like: projections and surfaces.
    fastModule("Rendering", "Sources/Rendering", ["VolumePasses", "VolumeCore"]),

    fastModule("Distances", "Sources/Distances/Distances", ["CDistances", "VolumeCore"]),
    fastModule("Blobs", "Sources/Blobs", []),
    module("Halving", "Sources/Halving/Halving", ["CHalving", "VolumeCore"]),
    fastModule("VoxelHashing", "Sources/VoxelHashing/VoxelHashing", ["CHashing", "VolumeCore"]),

    fastModule(
      "Exterior", "Sources/Exterior", ["Halving", "Pipelines", "SystemIO", "VolumeCore"]),

    // What hangs together in a volume of labels.
    fastModule(
      "Components", "Sources/Components/Components",
      ["CComponents", "VolumePasses", "Pipelines", "SystemIO", "VolumeCore"]),

    fastModule(
      "Morphometry", "Sources/Morphometry/Morphometry",
      ["CMorphometry", "Components", "Distances", "VolumePasses", "VolumeCore"]),

    // Libraries that several formats use.
    module(
      "Compression", "Sources/Compression/Compression",
      ["CZstd", "CZlib", "CBzip2", "CLZ4", "CBlosc", "CChecksum", "VolumeCore"]),
    module("XMLReading", "Sources/XMLReading/XMLReading", ["CXML2"]),
    module("YAMLReading", "Sources/YAMLReading/YAMLReading", ["CYAML"]),
    module("VoxelFiles", "Sources/VoxelFiles", ["Compression", "SystemIO", "VolumeCore"]),
    fastModule("Films", "Sources/Films/Films", ["CFilm", "SystemIO", "VolumeCore"]),
    module("PNGLibrary", "Sources/PNGLibrary/PNGLibrary", ["CPNG"]),
    module(
      "HDF5Library", "Sources/HDF5Library/HDF5Library", ["CHDF5", "VoxelFiles", "VolumeCore"]),
    module(
      "HDF5Child", "Sources/HDF5Child/HDF5Child",
      ["CChild", "HDF5Library", "SystemIO", "VolumeCore"]),

    // The engine seam and the engines.
    fastModule("EngineCore", "Sources/EngineCore", ["VolumeCore", "NeuralGraph"]),
    module(
      "OneDNNEngine", "Sources/Engines/OneDNN/OneDNNEngine",
      ["COneDNN", "CKernels", "EngineCore", "NeuralGraph", "VolumeCore", "SystemIO", "Pipelines"]),
    module(
      "CUDNNEngine", "Sources/Engines/CUDNN/CUDNNEngine",
      ["CCUDA", "CCUDNN", "EngineCore", "NeuralGraph", "VolumeCore", "SystemIO", "Pipelines"]),

    // Formats.
    module("ZarrFormat", "Formats/Zarr/ZarrFormat", ["Compression", "VolumeCore"]),
    fastModule(
      "RawFormat", "Formats/Raw/RawFormat",
      ["XMLReading", "YAMLReading", "SystemIO", "VolumeCore", "VoxelFiles"]),
    fastModule(
      "TIFFFormat", "Formats/TIFF/TIFFFormat",
      ["CTIFF", "XMLReading", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "MetaImageFormat", "Formats/MetaImage/MetaImageFormat",
      ["Compression", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "NRRDFormat", "Formats/NRRD/NRRDFormat",
      ["Compression", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "MRCFormat", "Formats/MRC/MRCFormat", ["Compression", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "NIfTIFormat", "Formats/NIfTI/NIfTIFormat",
      ["Compression", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "NPYFormat", "Formats/NPY/NPYFormat", ["SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "VGStudioFormat", "Formats/VGStudio/VGStudioFormat", ["SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "AvizoFormat", "Formats/Avizo/AvizoFormat",
      ["Compression", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "EDFFormat", "Formats/EDF/EDFFormat", ["SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "ISQFormat", "Formats/ISQ/ISQFormat", ["SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "SkyScanFormat", "Formats/SkyScan/SkyScanFormat", ["SystemIO", "VolumeCore"]),
    module(
      "DICOMFormat", "Formats/DICOM/DICOMFormat", ["SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "PictureStackFormat", "Formats/Pictures/PictureStackFormat",
      ["PNGLibrary", "SystemIO", "VolumeCore", "VoxelFiles"]),
    module(
      "ClosedFormat", "Formats/Closed/ClosedFormat", ["SystemIO", "VolumeCore"]),
    fastModule(
      "HDF5Format", "Formats/HDF5/HDF5Format",
      [
        "HDF5Child", "HDF5Library", "Compression", "XMLReading", "VoxelFiles", "SystemIO",
        "VolumeCore",
      ]),
    fastModule("Pictures", "Formats/Pictures/Pictures", ["PNGLibrary", "SystemIO", "VolumeCore"]),
    module(
      "KerasModel", "Formats/Keras/KerasModel",
      ["CZIP", "HDF5Child", "HDF5Library", "EngineCore", "NeuralGraph", "SystemIO", "VolumeCore"]),
    fastModule(
      "ONNXModel", "Formats/ONNX/ONNXModel",
      ["EngineCore", "NeuralGraph", "SystemIO", "VolumeCore"]),
    module(
      "VolumeStore", "Sources/VolumeStore",
      ["ZarrFormat", "Compression", "Halving", "SystemIO", "VolumeCore"]),

    // Workflows: they know only the seams.
    module("Phantom", "Sources/Phantom", ["VolumeCore"]),
    fastModule(
      "Annotation", "Sources/Annotation/Annotation",
      ["CFiltering", "CFlooding", "Blobs", "VolumePasses", "Pipelines", "SystemIO", "VolumeCore"]),
    fastModule(
      "Evaluation", "Sources/Evaluation", ["Blobs", "Distances", "VolumePasses", "VolumeCore"]),
    fastModule(
      "Quantification", "Sources/Quantification/Quantification", ["CCounting", "VolumeCore"]),
    fastModule(
      "VolumePipeline", "Sources/VolumePipeline",
      [
        "EngineCore", "Exterior", "NeuralGraph", "TilePlanning", "VoxelHashing", "Pipelines",
        "SystemIO",
        "VolumeCore",
      ]),

    fastModule(
      "Training", "Sources/Training",
      ["EngineCore", "Evaluation", "NeuralGraph", "Pipelines", "SystemIO", "VolumeCore"]),

    // Commands and the composition root.
    module(
      "VolumeCommands", "Sources/VolumeCommands",
      [
        "Annotation", "VolumePipeline", "Evaluation", "Exterior", "Quantification", "Phantom",
        "EngineCore", "Cluster",
        "Morphometry", "Components", "NeuralGraph", "Rendering", "TilePlanning", "Training",
        "VolumePasses", "VoxelHashing",
        "Pipelines",
        "SystemIO", "VolumeCore",
      ]),
    .executableTarget(
      name: "T2SVolume",
      dependencies: [
        "MetaImageFormat", "NRRDFormat", "MRCFormat", "NIfTIFormat", "NPYFormat", "VGStudioFormat",
        "AvizoFormat", "EDFFormat", "ISQFormat", "SkyScanFormat", "DICOMFormat",
        "PictureStackFormat", "ClosedFormat", "HDF5Format", "HDF5Child", "HDF5Library",
        "VolumeCommands", "VolumePipeline", "VolumeStore", "RawFormat", "TIFFFormat", "Pictures",
        "Films",
        "Phantom", "Quantification", "KerasModel", "ONNXModel", "OneDNNEngine", "CUDNNEngine",
        "EngineCore",
        "NeuralGraph", "TilePlanning", "Compression", "Pipelines", "SystemIO", "VolumeCore",
      ],
      path: "Sources/T2SVolume", exclude: ["T2SVolume.docc"], swiftSettings: strict),

    // Tests.
    .target(
      name: "VolumeTesting", dependencies: ["VolumeCore", "SystemIO"],
      path: "Tests/VolumeTesting", swiftSettings: strict),
    .target(
      name: "TrainingTesting", dependencies: ["EngineCore", "NeuralGraph", "VolumeCore"],
      path: "Tests/TrainingTesting", swiftSettings: strict),
    plainTests("VolumeCoreTests", []),
    plainTests("SystemIOTests", ["SystemIO"]),
    plainTests("PipelinesTests", ["Pipelines", "SystemIO"]),
    plainTests("NeuralGraphTests", ["NeuralGraph"]),
    plainTests("TilePlanningTests", ["TilePlanning", "NeuralGraph", "EngineCore"]),
    tests("EngineCoreTests", ["EngineCore", "NeuralGraph"]),
    plainTests(
      "OneDNNEngineTests",
      ["OneDNNEngine", "CKernels", "EngineCore", "NeuralGraph", "TrainingTesting"]),
    plainTests(
      "CUDNNEngineTests", ["CCUDA", "CUDNNEngine", "EngineCore", "NeuralGraph", "SystemIO"]),
    .target(
      name: "GPUEmulator", path: "Tests/GPUEmulator/Library",
      cxxSettings: [.unsafeFlags(["-O3", "-std=c++17", "-fvisibility=hidden"])]),
    .systemLibrary(name: "GPUEmulatorControl", path: "Tests/GPUEmulator/Control"),
    plainTests(
      "GPUEmulatorTests",
      [
        "GPUEmulatorControl", "CUDNNEngine", "EngineCore", "NeuralGraph", "SystemIO",
        "VolumePipeline", "OneDNNEngine", "TrainingTesting",
      ]),
    plainTests("CompressionTests", ["Compression"]),
    plainTests("PNGLibraryTests", ["PNGLibrary"]),
    .systemLibrary(
      name: "CAV", path: "Tests/FilmReading/CAV",
      providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev"])]),
    .target(
      name: "FilmReading", dependencies: ["CAV"], path: "Tests/FilmReading/FilmReading",
      swiftSettings: strict),
    plainTests("FilmsTests", ["Films", "FilmReading", "SystemIO"]),
    plainTests("XMLReadingTests", ["XMLReading"]),
    plainTests("YAMLReadingTests", ["YAMLReading"]),
    plainTests("VoxelFilesTests", ["VoxelFiles", "Compression", "SystemIO"]),
    tests("ZarrFormatTests", ["ZarrFormat", "Compression"]),
    plainTests("ComponentsTests", ["CComponents", "Components", "SystemIO"]),
    plainTests(
      "MorphometryTests", ["Components", "Distances", "Morphometry", "Phantom", "VolumePasses"]),
    plainTests("VolumePassesTests", ["VolumePasses"]),
    plainTests("BlobsTests", ["Blobs"]),
    plainTests("RenderingTests", ["Rendering", "VolumePasses"]),
    plainTests("DistancesTests", ["Distances"]),
    plainTests("HalvingTests", ["Halving"]),
    plainTests("VoxelHashingTests", ["VoxelHashing"]),
    plainTests("ExteriorTests", ["Exterior", "Halving", "Phantom"]),
    tests("VolumeStoreTests", ["VolumeStore", "ZarrFormat", "Halving", "SystemIO"]),
    tests("RawFormatTests", ["RawFormat", "SystemIO"]),
    tests("TIFFFormatTests", ["TIFFFormat", "SystemIO", "VoxelFiles"]),
    tests("MetaImageFormatTests", ["MetaImageFormat", "SystemIO", "VoxelFiles"]),
    tests("NRRDFormatTests", ["NRRDFormat", "SystemIO", "VoxelFiles"]),
    tests("MRCFormatTests", ["MRCFormat", "SystemIO", "VoxelFiles"]),
    tests("NIfTIFormatTests", ["NIfTIFormat", "SystemIO", "VoxelFiles"]),
    tests("NPYFormatTests", ["NPYFormat", "SystemIO", "VoxelFiles"]),
    tests("VGStudioFormatTests", ["VGStudioFormat", "SystemIO", "VoxelFiles"]),
    tests("AvizoFormatTests", ["AvizoFormat", "SystemIO", "VoxelFiles"]),
    tests("EDFFormatTests", ["EDFFormat", "SystemIO", "VoxelFiles"]),
    tests("ISQFormatTests", ["ISQFormat", "SystemIO", "VoxelFiles"]),
    tests(
      "SkyScanFormatTests", ["SkyScanFormat", "PictureStackFormat", "TIFFFormat", "SystemIO"]),
    tests("DICOMFormatTests", ["DICOMFormat", "VoxelFiles", "SystemIO"]),
    tests("PictureStackFormatTests", ["PictureStackFormat", "SystemIO", "VoxelFiles"]),
    tests("ClosedFormatTests", ["ClosedFormat", "SystemIO"]),
    tests(
      "HDF5FormatTests",
      ["HDF5Format", "HDF5Child", "HDF5Library", "XMLReading", "SystemIO"]),
    plainTests("HDF5ChildTests", ["HDF5Child", "HDF5Library", "SystemIO"]),
    plainTests("PicturesTests", ["Pictures", "SystemIO"]),
    tests(
      "KerasModelTests",
      ["KerasModel", "HDF5Child", "HDF5Library", "EngineCore", "NeuralGraph", "OneDNNEngine"]),
    tests(
      "ONNXModelTests",
      ["ONNXModel", "EngineCore", "NeuralGraph", "OneDNNEngine", "SystemIO"]),
    tests(
      "DefaultModelTests",
      ["KerasModel", "EngineCore", "OneDNNEngine", "NeuralGraph", "SystemIO"]),
    plainTests("PhantomTests", ["Phantom"]),
    plainTests("AnnotationTests", ["Annotation", "Phantom"]),
    plainTests("EvaluationTests", ["Evaluation"]),
    plainTests("QuantificationTests", ["Quantification", "Phantom"]),
    plainTests(
      "VolumePipelineTests",
      [
        "VolumePipeline", "Exterior", "EngineCore", "OneDNNEngine", "NeuralGraph", "TilePlanning",
        "VoxelHashing", "Pipelines", "SystemIO",
      ]),
    plainTests(
      "TrainingTests",
      ["Training", "EngineCore", "NeuralGraph", "Phantom", "Pipelines", "SystemIO"]),
    plainTests("VolumeCommandsTests", ["VolumeCommands", "EngineCore", "NeuralGraph", "SystemIO"]),
    plainTests("ClusterTests", ["Cluster", "Pipelines", "SystemIO"]),
    plainTests("ArchitectureTests", []),
    plainTests("EndToEndTests", ["FilmReading", "PNGLibrary", "SystemIO"]),
  ],
  swiftLanguageModes: [.v6]
)

// T2S_TESTS="RawFormatTests SystemIOTests" swift build --build-tests: only these, for a quick turn.
if let names = Context.environment["T2S_TESTS"]?.split(separator: " ").map(String.init) {
  package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}

// T2S_FUZZ=1: what Tools/fuzz feeds to libFuzzer; no part of any other build.
if Context.environment["T2S_FUZZ"] != nil {
  package.products.append(.executable(name: "Fuzzing", targets: ["Fuzzing"]))
  package.targets.append(
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "VolumeStore", "ZarrFormat", "Compression", "RawFormat", "TIFFFormat", "MetaImageFormat",
        "NRRDFormat", "MRCFormat", "NIfTIFormat", "NPYFormat", "VGStudioFormat", "AvizoFormat",
        "EDFFormat", "ISQFormat", "SkyScanFormat", "DICOMFormat", "PictureStackFormat",
        "HDF5Format",
        "HDF5Library", "ONNXModel", "SystemIO", "VolumeCore",
      ],
      path: "Tests/Fuzzing"))
}
