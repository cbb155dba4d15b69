/// A kind of file that only its maker's program reads, or that holds no volume, by its suffix.
public enum ClosedKind: String, CaseIterable, Hashable, Sendable {
  /// Reconstructed volumes of Zeiss Xradia microscopes: an OLE2 container.
  case txm
  /// The projections of the same.
  case txrm
  /// Projects of VGStudio: what was done with volumes that lie elsewhere.
  case vgl
  /// Headers of North Star Imaging's volumes.
  case nsihdr
  /// Voxels of the same, compressed.
  case nsidat
  /// Scan settings of Nikon's scanners.
  case xtekct
  /// The volume's settings of the same.
  case xtekvolume
  /// Acquisitions of phoenix datos|x.
  case pca
  /// Reconstructions of the same.
  case pcr
  /// Scanco's processed volumes, as its workstation keeps them.
  case aim

  /// The kind of the file called `name`, which may have a VMS version behind it (`A.AIM;1`).
  public init?(fileName name: String) {
    let name = name.prefix { $0 != ";" }.lowercased()
    guard let dot = name.lastIndex(of: ".") else { return nil }
    self.init(rawValue: String(name[name.index(after: dot)...]))
  }

  /// What such a file is.
  var words: String {
    switch self {
    case .txm: "a reconstructed volume in Zeiss Xradia's own container"
    case .txrm: "Zeiss Xradia's container of projections, not a volume"
    case .vgl: "a project of VGStudio, which names volumes but holds none"
    case .nsihdr: "the header of a volume in North Star Imaging's own format"
    case .nsidat: "voxels in North Star Imaging's own format"
    case .xtekct: "the settings of a Nikon scan, not a volume"
    case .xtekvolume: "Nikon's settings of a volume, not the volume"
    case .pca: "an acquisition of phoenix datos|x: projections and settings, not a volume"
    case .pcr: "a reconstruction's settings of phoenix datos|x, not the volume"
    case .aim: "a processed volume in Scanco's own format"
    }
  }

  /// What to export, and with which program, so that it can be read.
  var remedy: String {
    switch self {
    case .txm:
      "open it in XMController or XM3DViewer, export it as 16-bit TIFF slices (File > Export), and "
        + "give their folder with --voxel-size, which the slices do not carry"
    case .txrm:
      "reconstruct it with Scout-and-Scan or XMReconstructor, open the .txm in XMController or "
        + "XM3DViewer, export it as 16-bit TIFF slices (File > Export), and give their folder"
    case .vgl:
      "give the .vgi beside it, if there is one; else open it in VGStudio, export the volume as raw "
        + "data with a .vgi, or as TIFF slices (File > Export), and give the .vgi or the folder"
    case .nsihdr, .nsidat:
      "open it in efX-CT, export the volume as 16-bit TIFF slices or as raw data, and give the "
        + "folder, or the raw file with --shape, --type and --voxel-size"
    case .xtekct, .xtekvolume:
      "give the .vgi that CT Pro lays beside the .vol, or the .vol with --shape, --type and "
        + "--voxel-size; where there is no .vol yet, reconstruct the scan with CT Pro first"
    case .pca:
      "reconstruct it with datos|x, export the volume with a .vgi, and give the .vgi"
    case .pcr:
      "give the .vgi beside the .vol, or the .vol with --shape, --type and --voxel-size"
    case .aim:
      "export it as DICOM or ISQ on the scanner's workstation, and give that"
    }
  }
}
