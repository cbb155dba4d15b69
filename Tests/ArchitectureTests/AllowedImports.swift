/// What each module may import, in layers from the bottom up; `Tools/check` reads these lines too.
///
/// A line here is a decision: a workflow that imports a format, or a format that imports another,
/// does not belong in it.
enum AllowedImports {
  /// One line for each module: its name, and what it may import.
  static let byModule: [String: String] = [
    // Vocabulary.
    "VolumeCore": "FoundationEssentials",
    // System.
    "SystemIO": "Glibc Synchronization VolumeCore",
    "Pipelines": "Glibc Synchronization SystemIO VolumeCore",
    // Volumes larger than memory, block by block: what every workflow over voxels walks with.
    "VolumePasses": "Pipelines Synchronization SystemIO VolumeCore",
    // Runs that are cut into parts, for many machines.
    "Cluster": "Glibc Synchronization SystemIO VolumeCore",
    // Libraries of C, each wrapped once.
    "Compression": "CBlosc CBzip2 CChecksum CLZ4 CZlib CZstd VolumeCore",
    "XMLReading": "CXML2",
    "YAMLReading": "CYAML",
    // Voxels that lie plainly in files, which many formats come down to.
    "VoxelFiles": "Compression Glibc Synchronization SystemIO VolumeCore",
    "PNGLibrary": "CPNG Glibc",
    // FFmpeg's libraries, which are loaded when a film is made.
    "Films": "CFilm Glibc SystemIO VolumeCore",
    "HDF5Library": "CHDF5 Synchronization VolumeCore VoxelFiles",
    // HDF5's library in a process of its own, because it is not made for hostile files.
    "HDF5Child": "CChild Glibc HDF5Library Synchronization SystemIO VolumeCore",
    // Pure logic.
    "NeuralGraph": "VolumeCore",
    "Blobs": "Glibc",
    "Distances": "CDistances VolumeCore",
    "Halving": "CHalving VolumeCore",
    "VoxelHashing": "CHashing VolumeCore",
    "TilePlanning": "NeuralGraph VolumeCore",
    // What lies outside the specimen: found in a scan through the seam of all input.
    "Exterior": "Halving Pipelines Synchronization SystemIO VolumeCore",
    // What hangs together in a volume of labels: found in one pass.
    "Components": "CComponents Glibc Pipelines Synchronization SystemIO VolumeCore VolumePasses",
    // Sizes, directions, distances and contacts of classes.
    "Morphometry":
      "CMorphometry Components Distances Glibc Synchronization VolumeCore VolumePasses",
    // What a whole volume looks like.
    "Rendering": "Glibc Synchronization VolumeCore VolumePasses",
    // The engine seam.
    "EngineCore": "Glibc NeuralGraph VolumeCore",
    // Plugs: formats, engines, models. None imports another.
    "ZarrFormat": "Compression FoundationEssentials VolumeCore",
    "VolumeStore": "Compression Glibc Halving Synchronization SystemIO VolumeCore ZarrFormat",
    "RawFormat": "Glibc SystemIO VolumeCore VoxelFiles XMLReading YAMLReading",
    "TIFFFormat":
      "CTIFF Glibc Synchronization SystemIO VolumeCore VoxelFiles XMLReading",
    "MetaImageFormat": "Compression SystemIO VolumeCore VoxelFiles",
    "NRRDFormat": "Compression SystemIO VolumeCore VoxelFiles",
    "MRCFormat": "Compression SystemIO VolumeCore VoxelFiles",
    "NIfTIFormat": "Compression SystemIO VolumeCore VoxelFiles",
    "NPYFormat": "SystemIO VolumeCore VoxelFiles",
    "VGStudioFormat": "SystemIO VolumeCore VoxelFiles",
    "AvizoFormat": "Compression SystemIO VolumeCore VoxelFiles",
    "EDFFormat": "SystemIO VolumeCore VoxelFiles",
    "ISQFormat": "SystemIO VolumeCore VoxelFiles",
    "SkyScanFormat": "SystemIO VolumeCore",
    "DICOMFormat": "SystemIO VolumeCore VoxelFiles",
    "PictureStackFormat": "PNGLibrary SystemIO VolumeCore VoxelFiles",
    "ClosedFormat": "SystemIO VolumeCore",
    "HDF5Format":
      "Compression Glibc HDF5Child HDF5Library Synchronization SystemIO VolumeCore VoxelFiles "
      + "XMLReading",
    "Pictures": "Glibc PNGLibrary SystemIO VolumeCore",
    "KerasModel": "CZIP EngineCore Glibc HDF5Child HDF5Library NeuralGraph SystemIO VolumeCore",
    "ONNXModel": "EngineCore Glibc NeuralGraph SystemIO VolumeCore",
    "OneDNNEngine":
      "CKernels COneDNN EngineCore Glibc NeuralGraph Pipelines Synchronization SystemIO VolumeCore",
    "CUDNNEngine":
      "CCUDA CCUDNN EngineCore Glibc NeuralGraph Pipelines Synchronization SystemIO VolumeCore",
    // Workflows know only the seams.
    "Phantom": "VolumeCore",
    "Evaluation": "Blobs Distances Glibc Synchronization VolumeCore VolumePasses",
    "Annotation":
      "Blobs CFiltering CFlooding Glibc Pipelines Synchronization SystemIO VolumeCore VolumePasses",
    "Quantification": "CCounting Glibc VolumeCore",
    "VolumePipeline":
      "EngineCore Exterior Glibc NeuralGraph Pipelines Synchronization SystemIO TilePlanning "
      + "VolumeCore VoxelHashing",
    "Training":
      "EngineCore Evaluation Glibc NeuralGraph Pipelines Synchronization SystemIO VolumeCore",
    // Commands: arguments to options, errors to words.
    "VolumeCommands":
      "Annotation EngineCore Evaluation Exterior Glibc NeuralGraph Phantom Pipelines Quantification "
      + "Synchronization SystemIO TilePlanning Training VolumeCore VolumePasses VolumePipeline "
      + "Cluster Components Morphometry Rendering VoxelHashing",
    // The composition root names every format and every engine, and nothing else does.
    "T2SVolume":
      "MetaImageFormat NRRDFormat MRCFormat NIfTIFormat NPYFormat "
      + "VGStudioFormat AvizoFormat EDFFormat ISQFormat SkyScanFormat "
      + "DICOMFormat PictureStackFormat ClosedFormat HDF5Child HDF5Format "
      + "CUDNNEngine HDF5Library Compression EngineCore Films Glibc KerasModel NeuralGraph ONNXModel OneDNNEngine Phantom "
      + "Pictures Pipelines Quantification RawFormat Synchronization SystemIO TIFFFormat TilePlanning "
      + "VolumeCommands VolumeCore "
      + "VolumePipeline VolumeStore",
  ]

  /// Modules that plug in: only the composition root may import one, beside what is said above.
  static let plugs = [
    "ZarrFormat", "VolumeStore", "RawFormat", "TIFFFormat", "Pictures", "KerasModel",
    "OneDNNEngine", "CUDNNEngine", "MetaImageFormat", "NRRDFormat", "MRCFormat", "NIfTIFormat",
    "NPYFormat", "VGStudioFormat", "AvizoFormat", "EDFFormat", "ISQFormat", "SkyScanFormat",
    "DICOMFormat", "PictureStackFormat", "ClosedFormat", "HDF5Format",
  ]
}
