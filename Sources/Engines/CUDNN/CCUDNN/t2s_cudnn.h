// What we use of cuDNN's backend interface: types, numbers, and a table of its functions that is
// filled at run time.
//
// Ours, and small. Tools/check.d/cuda_headers.py compares every type, number and signature with
// NVIDIA's own headers: it defines T2S_TYPES_ARE_DEFINED and brings theirs.
#ifndef T2S_CUDNN_H
#define T2S_CUDNN_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#ifndef T2S_TYPES_ARE_DEFINED
typedef int cudnnStatus_t;
typedef int cudnnBackendDescriptorType_t;
typedef int cudnnBackendAttributeName_t;
typedef int cudnnBackendAttributeType_t;
typedef struct cudnnContext *cudnnHandle_t;
typedef void *cudnnBackendDescriptor_t;
typedef struct CUstream_st *cudaStream_t;
#endif

enum {
  T2S_CUDNN_STATUS_SUCCESS = 0,
  T2S_CUDNN_STATUS_NOT_INITIALIZED = 1001,
  T2S_CUDNN_STATUS_NOT_SUPPORTED = 3000,

  T2S_CUDNN_DATA_FLOAT = 0,
  T2S_CUDNN_DATA_HALF = 2,
  T2S_CUDNN_CROSS_CORRELATION = 1,
  T2S_CUDNN_POINTWISE_ADD = 0,
  T2S_CUDNN_POINTWISE_RELU_FWD = 100,
  T2S_CUDNN_HEUR_MODE_FALLBACK = 2,
  T2S_CUDNN_HEUR_MODE_A = 3,

  T2S_CUDNN_NUMERICAL_NOTE_TENSOR_CORE = 0,
  T2S_CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS = 1,
  T2S_CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION = 2,
  T2S_CUDNN_NUMERICAL_NOTE_FFT = 3,
  T2S_CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC = 4,
  T2S_CUDNN_NUMERICAL_NOTE_WINOGRAD = 5,
  T2S_CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13 = 8,
  T2S_CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION = 0,

  T2S_CUDNN_TYPE_HANDLE = 0,
  T2S_CUDNN_TYPE_DATA_TYPE = 1,
  T2S_CUDNN_TYPE_BOOLEAN = 2,
  T2S_CUDNN_TYPE_INT64 = 3,
  T2S_CUDNN_TYPE_FLOAT = 4,
  T2S_CUDNN_TYPE_VOID_PTR = 6,
  T2S_CUDNN_TYPE_CONVOLUTION_MODE = 7,
  T2S_CUDNN_TYPE_HEUR_MODE = 8,
  T2S_CUDNN_TYPE_NUMERICAL_NOTE = 11,
  T2S_CUDNN_TYPE_POINTWISE_MODE = 14,
  T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR = 15,
  T2S_CUDNN_TYPE_BEHAVIOR_NOTE = 19,
  T2S_CUDNN_TYPE_INT32 = 23,
  T2S_CUDNN_TYPE_CHAR = 24,

  T2S_CUDNN_BACKEND_POINTWISE_DESCRIPTOR = 0,
  T2S_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR = 1,
  T2S_CUDNN_BACKEND_ENGINE_DESCRIPTOR = 2,
  T2S_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR = 3,
  T2S_CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR = 4,
  T2S_CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR = 5,
  T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR = 10,
  T2S_CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR = 13,
  T2S_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR = 15,
  T2S_CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR = 16,
  T2S_CUDNN_BACKEND_TENSOR_DESCRIPTOR = 17,
  T2S_CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR = 38,

  T2S_CUDNN_ATTR_POINTWISE_MODE = 0,
  T2S_CUDNN_ATTR_POINTWISE_MATH_PREC = 1,
  T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE = 100,
  T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE = 101,
  T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS = 102,
  T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES = 103,
  T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS = 104,
  T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS = 105,
  T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS = 106,
  T2S_CUDNN_ATTR_ENGINEHEUR_MODE = 200,
  T2S_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH = 201,
  T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS = 202,
  T2S_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP = 204,
  T2S_CUDNN_ATTR_ENGINECFG_ENGINE = 300,
  T2S_CUDNN_ATTR_EXECUTION_PLAN_HANDLE = 400,
  T2S_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG = 401,
  T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE = 402,
  T2S_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP = 407,
  T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA = 700,
  T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA = 701,
  T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC = 702,
  T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W = 703,
  T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X = 704,
  T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y = 705,
  T2S_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR = 750,
  T2S_CUDNN_ATTR_OPERATION_POINTWISE_XDESC = 751,
  T2S_CUDNN_ATTR_OPERATION_POINTWISE_BDESC = 752,
  T2S_CUDNN_ATTR_OPERATION_POINTWISE_YDESC = 753,
  T2S_CUDNN_ATTR_OPERATIONGRAPH_HANDLE = 800,
  T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS = 801,
  T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT = 900,
  T2S_CUDNN_ATTR_TENSOR_DATA_TYPE = 901,
  T2S_CUDNN_ATTR_TENSOR_DIMENSIONS = 902,
  T2S_CUDNN_ATTR_TENSOR_STRIDES = 903,
  T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID = 906,
  T2S_CUDNN_ATTR_TENSOR_IS_VIRTUAL = 907,
  T2S_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS = 1000,
  T2S_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS = 1001,
  T2S_CUDNN_ATTR_VARIANT_PACK_WORKSPACE = 1003,
  T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX = 1301,
  T2S_CUDNN_ATTR_ENGINE_NUMERICAL_NOTE = 1303,
  T2S_CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE = 1305,
  T2S_CUDNN_ATTR_DEVICEPROP_DEVICE_ID = 2700,
  T2S_CUDNN_ATTR_DEVICEPROP_HANDLE = 2701,
  T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION = 2702,
};

// F(the name in our table, the symbol, what it returns, its arguments).
#define T2S_CUDNN_FUNCTIONS(F) \
  F(getVersion, cudnnGetVersion, size_t, (void)) \
  F(getCudartVersion, cudnnGetCudartVersion, size_t, (void)) \
  F(getErrorString, cudnnGetErrorString, const char *, (cudnnStatus_t status)) \
  F(getLastErrorString, cudnnGetLastErrorString, void, (char *message, size_t capacity)) \
  F(create, cudnnCreate, cudnnStatus_t, (cudnnHandle_t *handle)) \
  F(destroy, cudnnDestroy, cudnnStatus_t, (cudnnHandle_t handle)) \
  F(setStream, cudnnSetStream, cudnnStatus_t, (cudnnHandle_t handle, cudaStream_t stream)) \
  F(createDescriptor, cudnnBackendCreateDescriptor, cudnnStatus_t, \
    (cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t *descriptor)) \
  F(destroyDescriptor, cudnnBackendDestroyDescriptor, cudnnStatus_t, \
    (cudnnBackendDescriptor_t descriptor)) \
  F(finalize, cudnnBackendFinalize, cudnnStatus_t, (cudnnBackendDescriptor_t descriptor)) \
  F(setAttribute, cudnnBackendSetAttribute, cudnnStatus_t, \
    (cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name, \
     cudnnBackendAttributeType_t type, int64_t count, const void *elements)) \
  F(getAttribute, cudnnBackendGetAttribute, cudnnStatus_t, \
    (cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name, \
     cudnnBackendAttributeType_t type, int64_t capacity, int64_t *count, void *elements)) \
  F(execute, cudnnBackendExecute, cudnnStatus_t, \
    (cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack))

// The table.
struct t2s_cudnn {
#define T2S_CUDNN_ENTRY(name, symbol, result, arguments) result(*name) arguments;
  T2S_CUDNN_FUNCTIONS(T2S_CUDNN_ENTRY)
#undef T2S_CUDNN_ENTRY
};

// Fills the table from an open library; returns the first symbol that it lacks, or NULL.
static inline const char *t2s_cudnn_fill(struct t2s_cudnn *table, void *library) {
#define T2S_CUDNN_LOAD(name, symbol, result, arguments) \
  *(void **)&table->name = dlsym(library, #symbol); \
  if (!table->name) return #symbol;
  T2S_CUDNN_FUNCTIONS(T2S_CUDNN_LOAD)
#undef T2S_CUDNN_LOAD
  return NULL;
}

#endif
