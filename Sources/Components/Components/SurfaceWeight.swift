import CComponents

/// Lindblad's weight (Image and Vision Computing 23, 2005) of a cell of 2 x 2 x 2 voxels, in thousandths
/// of a voxel's face; bit 4z + 2y + x of `mask` is set where a voxel is in.
public func surfaceWeight(_ mask: Int) -> Int { Int(t2s_surface_weight(Int32(mask))) }
