# FindLibTorch -- LibTorch as the imported target LibTorch::LibTorch, without a CUDA toolkit.
#
# Looks, in this order, in WEIR_TORCH_DIR (the folder `torch` of an unpacked wheel), CMAKE_PREFIX_PATH, the user's cache
# (${XDG_CACHE_HOME:-~/.cache}/weir/torch-*/torch). Takes libtorch_cpu and libc10, and with WEIR_CUDA their CUDA siblings.
set(_weir_cache "$ENV{XDG_CACHE_HOME}")
if(NOT _weir_cache)
  set(_weir_cache "$ENV{HOME}/.cache")
endif()
file(GLOB _weir_torch_cached ${_weir_cache}/weir/torch-*/torch)
find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${WEIR_TORCH_DIR}/include ${_weir_torch_cached} PATH_SUFFIXES include)
get_filename_component(_weir_torch_root "${LibTorch_INCLUDE_DIR}" DIRECTORY)
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS ${_weir_torch_root}/lib ${_weir_torch_root}/lib/x86_64-linux-gnu)
find_library(LibTorch_C10_LIBRARY c10 HINTS ${_weir_torch_root}/lib ${_weir_torch_root}/lib/x86_64-linux-gnu)
if(LibTorch_INCLUDE_DIR)
  file(STRINGS ${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h _weir_torch_version REGEX "define TORCH_VERSION \"")
  if(NOT _weir_torch_version)
    file(STRINGS ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h _weir_torch_version REGEX "define TORCH_VERSION \"")
  endif()
  string(REGEX REPLACE ".*\"([0-9.]+).*" "\\1" LibTorch_VERSION "${_weir_torch_version}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
                                  VERSION_VAR LibTorch_VERSION)

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  # After the system's own folders: the wheel carries a copy of {fmt}'s headers that must not hide the installed one.
  target_compile_options(LibTorch::LibTorch INTERFACE
    -idirafter ${LibTorch_INCLUDE_DIR} -idirafter ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include)
  get_filename_component(_weir_torch_lib ${LibTorch_CPU_LIBRARY} DIRECTORY)
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LibTorch_CPU_LIBRARY} ${LibTorch_C10_LIBRARY})
  target_link_options(LibTorch::LibTorch INTERFACE -Wl,--allow-shlib-undefined -Wl,-rpath,${_weir_torch_lib})
  if(WEIR_CUDA)
    find_library(LibTorch_CUDA_LIBRARY torch_cuda HINTS ${_weir_torch_lib} REQUIRED)
    find_library(LibTorch_C10_CUDA_LIBRARY c10_cuda HINTS ${_weir_torch_lib} REQUIRED)
    target_link_libraries(LibTorch::LibTorch INTERFACE -Wl,--no-as-needed ${LibTorch_CUDA_LIBRARY}
                          ${LibTorch_C10_CUDA_LIBRARY} -Wl,--as-needed)
  endif()
endif()
