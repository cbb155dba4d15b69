/// Which voxels are neighbours, so that a component is what they link.
public enum ComponentConnectivity: Int, Hashable, Sendable, CaseIterable {
  /// In one layer, by an edge.
  case layerEdges = 4
  /// In one layer, by an edge or a corner.
  case layerCorners = 8
  /// In space, by a face.
  case faces = 6
  /// In space, by a face or an edge.
  case edges = 18
  /// In space, by a face, an edge or a corner.
  case corners = 26

  /// Whether components end at layers.
  public var isLayered: Bool { rawValue == 4 || rawValue == 8 }
}
