// What we use of the CUDA driver's interface: types, numbers, and a table of its functions that is
// filled at run time, so that one program serves machines with and without a driver.
//
// Ours, and small. Tools/check.d/cuda_headers.py compares every type, number and signature with
// NVIDIA's own headers: it defines T2S_TYPES_ARE_DEFINED and brings theirs.
#ifndef T2S_CUDA_H
#define T2S_CUDA_H

#include <dlfcn.h>
#include <stddef.h>

#ifndef T2S_TYPES_ARE_DEFINED
typedef int CUresult;
typedef int CUdevice;
typedef int CUdevice_attribute;
typedef int CUjit_option;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
typedef struct { char bytes[16]; } CUuuid;
#endif

enum {
  T2S_CUDA_SUCCESS = 0,
  T2S_CUDA_ERROR_OUT_OF_MEMORY = 2,
  T2S_CUDA_ERROR_STUB_LIBRARY = 34,
  T2S_CUDA_ERROR_NO_DEVICE = 100,
  T2S_CUDA_ERROR_INVALID_PTX = 218,
  T2S_CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
  T2S_CUDA_ERROR_NOT_FOUND = 500,
  T2S_CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803,
  T2S_CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  T2S_CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT = 17,
  T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  T2S_CU_STREAM_NON_BLOCKING = 1,
  T2S_CU_EVENT_BLOCKING_SYNC = 1,
  T2S_CU_EVENT_DISABLE_TIMING = 2,
  T2S_CU_MEMHOSTALLOC_PORTABLE = 1,
  T2S_CU_JIT_ERROR_LOG_BUFFER = 5,
  T2S_CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
};

// F(the name in our table, the symbol, its arguments): one line for each function. The symbols are
// those of the 64-bit interface; the plain names of some are that of CUDA 3.
#define T2S_CUDA_FUNCTIONS(F) \
  F(initialise, cuInit, (unsigned int flags)) \
  F(driverGetVersion, cuDriverGetVersion, (int *version)) \
  F(getErrorName, cuGetErrorName, (CUresult error, const char **text)) \
  F(getErrorString, cuGetErrorString, (CUresult error, const char **text)) \
  F(deviceGetCount, cuDeviceGetCount, (int *count)) \
  F(deviceGet, cuDeviceGet, (CUdevice *device, int ordinal)) \
  F(deviceGetName, cuDeviceGetName, (char *name, int length, CUdevice device)) \
  F(deviceGetUuid, cuDeviceGetUuid, (CUuuid *uuid, CUdevice device)) \
  F(deviceGetAttribute, cuDeviceGetAttribute, \
    (int *value, CUdevice_attribute attribute, CUdevice device)) \
  F(deviceTotalMem, cuDeviceTotalMem_v2, (size_t *bytes, CUdevice device)) \
  F(primaryContextRetain, cuDevicePrimaryCtxRetain, (CUcontext *context, CUdevice device)) \
  F(primaryContextRelease, cuDevicePrimaryCtxRelease_v2, (CUdevice device)) \
  F(contextSetCurrent, cuCtxSetCurrent, (CUcontext context)) \
  F(contextSynchronize, cuCtxSynchronize, (void)) \
  F(memGetInfo, cuMemGetInfo_v2, (size_t *free, size_t *total)) \
  F(memAlloc, cuMemAlloc_v2, (CUdeviceptr *address, size_t bytes)) \
  F(memFree, cuMemFree_v2, (CUdeviceptr address)) \
  F(memHostAlloc, cuMemHostAlloc, (void **address, size_t bytes, unsigned int flags)) \
  F(memFreeHost, cuMemFreeHost, (void *address)) \
  F(copyToDevice, cuMemcpyHtoDAsync_v2, \
    (CUdeviceptr to, const void *from, size_t bytes, CUstream stream)) \
  F(copyToHost, cuMemcpyDtoHAsync_v2, \
    (void *to, CUdeviceptr from, size_t bytes, CUstream stream)) \
  F(streamCreate, cuStreamCreate, (CUstream *stream, unsigned int flags)) \
  F(streamDestroy, cuStreamDestroy_v2, (CUstream stream)) \
  F(streamSynchronize, cuStreamSynchronize, (CUstream stream)) \
  F(streamWaitEvent, cuStreamWaitEvent, (CUstream stream, CUevent event, unsigned int flags)) \
  F(eventCreate, cuEventCreate, (CUevent *event, unsigned int flags)) \
  F(eventDestroy, cuEventDestroy_v2, (CUevent event)) \
  F(eventRecord, cuEventRecord, (CUevent event, CUstream stream)) \
  F(eventSynchronize, cuEventSynchronize, (CUevent event)) \
  F(eventElapsedTime, cuEventElapsedTime, (float *milliseconds, CUevent start, CUevent end)) \
  F(moduleLoadData, cuModuleLoadDataEx, \
    (CUmodule *module, const void *image, unsigned int optionCount, CUjit_option *options, \
     void **optionValues)) \
  F(moduleUnload, cuModuleUnload, (CUmodule module)) \
  F(moduleGetFunction, cuModuleGetFunction, \
    (CUfunction *function, CUmodule module, const char *name)) \
  F(launchKernel, cuLaunchKernel, \
    (CUfunction function, unsigned int gridX, unsigned int gridY, unsigned int gridZ, \
     unsigned int blockX, unsigned int blockY, unsigned int blockZ, unsigned int sharedBytes, \
     CUstream stream, void **arguments, void **extra))

// The table.
struct t2s_cuda {
#define T2S_CUDA_ENTRY(name, symbol, arguments) CUresult(*name) arguments;
  T2S_CUDA_FUNCTIONS(T2S_CUDA_ENTRY)
#undef T2S_CUDA_ENTRY
};

// Fills the table from an open library; returns the first symbol that it lacks, or NULL.
static inline const char *t2s_cuda_fill(struct t2s_cuda *table, void *library) {
#define T2S_CUDA_LOAD(name, symbol, arguments) \
  *(void **)&table->name = dlsym(library, #symbol); \
  if (!table->name) return #symbol;
  T2S_CUDA_FUNCTIONS(T2S_CUDA_LOAD)
#undef T2S_CUDA_LOAD
  return NULL;
}

#endif
