// The names of 1.10, which newer libraries keep when they are asked to.
#define H5_USE_110_API 1
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

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

/// What the link at `path` is: 0 hard, 1 soft, 64 to another file; negative on failure.
static inline int chdf5_link_kind(hid_t file, const char *path) {
  H5L_info_t info;
  if (H5Lget_info(file, path, &info, H5P_DEFAULT) < 0) return -1;
  return (int)info.type;
}

/// Copies where a soft link or a link to another file leads; returns its length or -1.
static inline int chdf5_link_value(hid_t file, const char *path, void *buffer, size_t size) {
  H5L_info_t info;
  if (H5Lget_info(file, path, &info, H5P_DEFAULT) < 0) return -1;
  if (info.type == H5L_TYPE_HARD || info.u.val_size > size) return -1;
  if (H5Lget_val(file, path, buffer, size, H5P_DEFAULT) < 0) return -1;
  return (int)info.u.val_size;
}

/// Calls `visit` with each link of a group, by name, until it returns anything but 0.
static inline herr_t chdf5_each_link(hid_t group, H5L_iterate_t visit, void *context) {
  hsize_t place = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &place, visit, context);
}

/// What is at `path`: 0 a group, 1 a dataset, 2 anything else, with its address; -1 on failure.
static inline int chdf5_object_kind(hid_t file, const char *path, uint64_t *address) {
  H5O_info_t info;
  if (H5Oget_info_by_name(file, path, &info, H5P_DEFAULT) < 0) return -1;
  *address = info.addr;
  return info.type == H5O_TYPE_GROUP ? 0 : info.type == H5O_TYPE_DATASET ? 1 : 2;
}

static inline hid_t chdf5_open_group(hid_t file, const char *path) {
  return H5Gopen2(file, path, H5P_DEFAULT);
}

static inline hid_t chdf5_open_dataset(hid_t file, const char *path) {
  return H5Dopen2(file, path, H5P_DEFAULT);
}

/// Opens a dataset that keeps `cache` bytes of decoded chunks.
static inline hid_t chdf5_open_cached_dataset(hid_t file, const char *path, size_t cache) {
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  if (access < 0) return access;
  H5Pset_chunk_cache(access, 12421, cache, 1.0);
  hid_t dataset = H5Dopen2(file, path, access);
  H5Pclose(access);
  return dataset;
}

static inline herr_t chdf5_read_floats(hid_t dataset, float *values) {
  return H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

static inline herr_t chdf5_read_all(hid_t dataset, hid_t type, void *values) {
  return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

/// The machine's number type of `size` bytes; `kind` is 0 unsigned, 1 signed, 2 floating point,
/// 3 bits.
static inline hid_t chdf5_native(int kind, int size) {
  switch (kind * 16 + size) {
    case 1: return H5T_NATIVE_UINT8;
    case 2: return H5T_NATIVE_UINT16;
    case 4: return H5T_NATIVE_UINT32;
    case 8: return H5T_NATIVE_UINT64;
    case 17: return H5T_NATIVE_INT8;
    case 18: return H5T_NATIVE_INT16;
    case 20: return H5T_NATIVE_INT32;
    case 24: return H5T_NATIVE_INT64;
    case 36: return H5T_NATIVE_FLOAT;
    case 40: return H5T_NATIVE_DOUBLE;
    case 49: return H5T_NATIVE_B8;
    case 50: return H5T_NATIVE_B16;
    case 52: return H5T_NATIVE_B32;
    case 56: return H5T_NATIVE_B64;
    default: return -1;
  }
}

/// Whether `type` is one of the four plain IEEE types.
static inline int chdf5_is_plain_float(hid_t type) {
  return H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0 ||
         H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0;
}

/// Reads a box of a dataset as numbers of the machine's `type`.
static inline herr_t chdf5_read_box(
    hid_t dataset, hid_t type, int rank, const hsize_t *start, const hsize_t *count, void *into) {
  hid_t space = H5Dget_space(dataset);
  if (space < 0) return -1;
  hid_t memory = H5Screate_simple(rank, count, NULL);
  herr_t status = memory < 0 ? -1 : 0;
  if (status >= 0)
    status = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  if (status >= 0) status = H5Dread(dataset, type, memory, space, H5P_DEFAULT, into);
  if (memory >= 0) H5Sclose(memory);
  H5Sclose(space);
  return status;
}

static inline int chdf5_has_value(hid_t properties) {
  H5D_fill_value_t state;
  if (H5Pfill_value_defined(properties, &state) < 0) return -1;
  return state != H5D_FILL_VALUE_UNDEFINED;
}

/// Bytes before the file's own first, where another program put some; negative on failure.
static inline int64_t chdf5_user_block(hid_t object) {
  hid_t file = H5Iget_file_id(object);
  if (file < 0) return -1;
  hid_t properties = H5Fget_create_plist(file);
  hsize_t size = 0;
  int64_t result = properties < 0 || H5Pget_userblock(properties, &size) < 0 ? -1 : (int64_t)size;
  if (properties >= 0) H5Pclose(properties);
  H5Fclose(file);
  return result;
}

/// Whether chunks at the edge are stored unfiltered, unlike all others.
static inline int chdf5_has_odd_edges(hid_t properties) {
  unsigned options = 0;
  if (H5Pget_chunk_opts(properties, &options) < 0) return -1;
  return options != 0;
}

static inline herr_t chdf5_reclaim(hid_t type, hid_t space, void *values) {
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
}

/// Makes a file, over one that may be there, without a lock; negative on failure.
static inline hid_t chdf5_create(const char *path) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return access;
  H5Pset_file_locking(access, 0, 1);
  hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  return file;
}

/// Makes a dataset of chunks that are compressed by deflate, after a shuffle where that is asked for,
/// with the groups that lead to it; no chunk is written by the library itself.
static inline hid_t chdf5_create_chunked(
    hid_t file, const char *path, hid_t type, int rank, const hsize_t *extents,
    const hsize_t *edges, int shuffles, unsigned level) {
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  hid_t space = H5Screate_simple(rank, extents, NULL);
  hid_t dataset = -1;
  if (links >= 0 && properties >= 0 && space >= 0 &&
      H5Pset_create_intermediate_group(links, 1) >= 0 &&
      H5Pset_chunk(properties, rank, edges) >= 0 &&
      H5Pset_alloc_time(properties, H5D_ALLOC_TIME_INCR) >= 0 &&
      H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) >= 0 &&
      (!shuffles || H5Pset_shuffle(properties) >= 0) && H5Pset_deflate(properties, level) >= 0)
    dataset = H5Dcreate2(file, path, type, space, links, properties, H5P_DEFAULT);
  if (space >= 0) H5Sclose(space);
  if (properties >= 0) H5Pclose(properties);
  if (links >= 0) H5Pclose(links);
  return dataset;
}

/// Writes a chunk that went through the filters already.
static inline herr_t chdf5_write_chunk(
    hid_t dataset, const hsize_t *corner, size_t size, const void *bytes) {
  return H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, corner, size, bytes);
}

/// Gives an object a list of numbers.
static inline herr_t chdf5_put_numbers(
    hid_t object, const char *name, hsize_t count, const double *values) {
  hid_t space = H5Screate_simple(1, &count, NULL);
  if (space < 0) return -1;
  hid_t attribute =
      H5Acreate2(object, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t status = attribute < 0 ? -1 : H5Awrite(attribute, H5T_NATIVE_DOUBLE, values);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return status;
}

/// Gives an object a text, in UTF-8.
static inline herr_t chdf5_put_text(
    hid_t object, const char *name, size_t size, const char *text) {
  hid_t type = H5Tcopy(H5T_C_S1);
  hid_t space = H5Screate(H5S_SCALAR);
  herr_t status = -1;
  if (type >= 0 && space >= 0 && H5Tset_size(type, size) >= 0 &&
      H5Tset_cset(type, H5T_CSET_UTF8) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0) {
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    status = attribute < 0 ? -1 : H5Awrite(attribute, type, text);
    if (attribute >= 0) H5Aclose(attribute);
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return status;
}

/// Makes a file that is in memory alone; `name` is only for the library's own book-keeping.
static inline hid_t chdf5_create_in_memory(const char *name) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return access;
  hid_t file = -1;
  if (H5Pset_fapl_core(access, 1 << 20, 0) >= 0)
    file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  return file;
}

/// Makes a group, with those that lead to it.
static inline herr_t chdf5_make_group(hid_t file, const char *path) {
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  hid_t group = -1;
  if (links >= 0 && H5Pset_create_intermediate_group(links, 1) >= 0)
    group = H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT);
  if (links >= 0) H5Pclose(links);
  return group < 0 ? -1 : H5Gclose(group);
}

/// Writes a whole dataset, with the groups that lead to it; without the time, so that equal values
/// are equal bytes. Of rank 0 it is a single number.
static inline herr_t chdf5_put_dataset(
    hid_t file, const char *path, hid_t type, int rank, const hsize_t *extents,
    const void *values) {
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, extents, NULL);
  hid_t dataset = -1;
  if (links >= 0 && properties >= 0 && space >= 0 &&
      H5Pset_create_intermediate_group(links, 1) >= 0 &&
      H5Pset_obj_track_times(properties, 0) >= 0)
    dataset = H5Dcreate2(file, path, type, space, links, properties, H5P_DEFAULT);
  herr_t status =
      dataset < 0 ? -1 : H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  if (dataset >= 0) H5Dclose(dataset);
  if (space >= 0) H5Sclose(space);
  if (properties >= 0) H5Pclose(properties);
  if (links >= 0) H5Pclose(links);
  return status;
}

/// Gives the object at `path` texts of any length, in UTF-8: `bytes` has them one after the other,
/// each ended by 0. Where `is_list` is 0, it is one text and not a list.
static inline herr_t chdf5_put_texts(
    hid_t file, const char *path, const char *name, int is_list, hsize_t count,
    const char *bytes) {
  const char **texts = (const char **)malloc((count + 1) * sizeof(char *));
  if (!texts) return -1;
  for (hsize_t index = 0; index < count; index++) {
    texts[index] = bytes;
    bytes += strlen(bytes) + 1;
  }
  hid_t type = H5Tcopy(H5T_C_S1);
  hid_t space = is_list ? H5Screate_simple(1, &count, NULL) : H5Screate(H5S_SCALAR);
  herr_t status = -1;
  if (type >= 0 && space >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0 &&
      H5Tset_cset(type, H5T_CSET_UTF8) >= 0) {
    hid_t attribute =
        H5Acreate_by_name(file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
      status = count == 0 ? 0 : H5Awrite(attribute, type, texts);
      H5Aclose(attribute);
    }
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  free(texts);
  return status;
}

/// The bytes that a file in memory would have on disk; into `bytes`, where that is not NULL.
static inline ssize_t chdf5_image(hid_t file, void *bytes, size_t size) {
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) return -1;
  return H5Fget_file_image(file, bytes, size);
}
