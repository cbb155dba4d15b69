#include <hdf5.h>

// What the library defines as macros, which Swift cannot see.

/// Lets this library's failures be told by us, not printed by it; for the calling thread.
static inline void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Opens a file to read, without a lock, which some networked disks refuse; negative on failure.
static inline hid_t chdf5_open(const char *path) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return access;
  H5Pset_file_locking(access, 0, 1);
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  return file;
}

static inline hid_t chdf5_open_attribute(hid_t file, const char *object, const char *name) {
  return H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
}

static inline htri_t chdf5_has_attribute(hid_t file, const char *object, const char *name) {
  return H5Aexists_by_name(file, object, name, H5P_DEFAULT);
}

static inline htri_t chdf5_has_link(hid_t file, const char *path) {
  return H5Lexists(file, path, H5P_DEFAULT);
}

/// Whether the link at `path` stays in this file: 1, or 0 for one that leads to another file.
static inline int chdf5_link_is_inner(hid_t file, const char *path) {
  H5L_info_t info;
  if (H5Lget_info(file, path, &info, H5P_DEFAULT) < 0) return -1;
  return info.type == H5L_TYPE_HARD || info.type == H5L_TYPE_SOFT;
}

static inline hid_t chdf5_open_dataset(hid_t file, const char *path) {
  return H5Dopen2(file, path, H5P_DEFAULT);
}

static inline herr_t chdf5_read_floats(hid_t dataset, float *values) {
  return H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

static inline herr_t chdf5_reclaim(hid_t type, hid_t space, void *values) {
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
}
