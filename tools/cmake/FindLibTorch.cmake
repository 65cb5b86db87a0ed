# FindLibTorch -- LibTorch as the imported target LibTorch::LibTorch, without a CUDA toolkit and without Python.
#
# Looks in WEIR_TORCH_DIR (the folder `torch` of an unpacked wheel, or any prefix with include/ and lib/), then in
# CMAKE_PREFIX_PATH (a prefix, or what `python -c "import torch; print(torch.utils.cmake_prefix_path)"` prints), then in
# the user's cache (${XDG_CACHE_HOME:-~/.cache}/weir/torch-*), then in the system. Takes libtorch_cpu and libc10, and with
# WEIR_CUDA their CUDA siblings. Sets LibTorch_VERSION, LibTorch_ROOT_DIR, LibTorch_LIBRARY_DIR.
set(WEIR_TORCH_DIR "" CACHE PATH "LibTorch: the folder `torch` of an unpacked wheel, or a prefix with include/ and lib/")
set(WEIR_TORCH_LEAST 2.6)

# Look again when another LibTorch is named, or the one that was found is gone.
if(NOT "${WEIR_TORCH_DIR}|${CMAKE_PREFIX_PATH}" STREQUAL "${_weir_torch_asked}" OR NOT EXISTS "${LibTorch_INCLUDE_DIR}")
  foreach(found LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_CUDA_LIBRARY LibTorch_C10_CUDA_LIBRARY)
    unset(${found} CACHE)
  endforeach()
  set(_weir_torch_asked "${WEIR_TORCH_DIR}|${CMAKE_PREFIX_PATH}" CACHE INTERNAL "")
endif()

if(WEIR_TORCH_DIR)
  find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${WEIR_TORCH_DIR} PATH_SUFFIXES include NO_DEFAULT_PATH)
else()
  set(_weir_torch_hints)
  foreach(prefix IN LISTS CMAKE_PREFIX_PATH)
    if(prefix MATCHES "/share/cmake/?$")
      list(APPEND _weir_torch_hints ${prefix}/../..)
    endif()
  endforeach()
  set(_weir_torch_cache "$ENV{XDG_CACHE_HOME}")
  if(NOT _weir_torch_cache)
    set(_weir_torch_cache "$ENV{HOME}/.cache")
  endif()
  file(GLOB _weir_torch_cached ${_weir_torch_cache}/weir/torch-*/torch)
  list(SORT _weir_torch_cached COMPARE NATURAL ORDER DESCENDING)
  find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${_weir_torch_hints} ${_weir_torch_cached} PATH_SUFFIXES include)
endif()

if(LibTorch_INCLUDE_DIR)
  get_filename_component(LibTorch_ROOT_DIR "${LibTorch_INCLUDE_DIR}/.." ABSOLUTE)
  set(_weir_torch_lib HINTS ${LibTorch_ROOT_DIR}/lib PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
  find_library(LibTorch_CPU_LIBRARY torch_cpu ${_weir_torch_lib})
  find_library(LibTorch_C10_LIBRARY c10 ${_weir_torch_lib})
  get_filename_component(LibTorch_LIBRARY_DIR "${LibTorch_CPU_LIBRARY}" DIRECTORY)

  # The version as a string, exactly as plugins will see it: "2.11.0", "2.6.0a0+df5bbc0". The file moved in 2.9.
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h torch/version.h)
    if(NOT _weir_torch_version_text AND EXISTS ${LibTorch_INCLUDE_DIR}/${header})
      file(READ ${LibTorch_INCLUDE_DIR}/${header} _weir_torch_header)
      if(_weir_torch_header MATCHES "define TORCH_VERSION[ \\\n]+\"([^\"]+)\"")
        set(_weir_torch_version_text ${CMAKE_MATCH_1})
      endif()
    endif()
  endforeach()
  set(LibTorch_VERSION_TEXT "${_weir_torch_version_text}")
  unset(_weir_torch_version_text)
  string(REGEX MATCH "^[0-9.]+" LibTorch_VERSION "${LibTorch_VERSION_TEXT}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE
    "run tools/weir, which fetches it, or name LibTorch ${WEIR_TORCH_LEAST} or newer with -DCMAKE_PREFIX_PATH=PREFIX or -DWEIR_TORCH_DIR=FOLDER")

if(LibTorch_FOUND AND LibTorch_VERSION VERSION_LESS WEIR_TORCH_LEAST)
  message(FATAL_ERROR "Weir needs LibTorch ${WEIR_TORCH_LEAST} or newer, but found ${LibTorch_VERSION_TEXT} in ${LibTorch_ROOT_DIR}. "
    "Run tools/weir, which fetches a newer one, or name one with -DCMAKE_PREFIX_PATH=PREFIX or -DWEIR_TORCH_DIR=FOLDER.")
endif()

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  # After the system's own folders: the wheel carries a copy of {fmt}'s headers that must not hide the installed one.
  target_compile_options(LibTorch::LibTorch INTERFACE
    "SHELL:-idirafter ${LibTorch_INCLUDE_DIR}" "SHELL:-idirafter ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LibTorch_CPU_LIBRARY} ${LibTorch_C10_LIBRARY})
  # The wheel's libraries find their own dependencies (CUDA's run-time library) by their RPATH when they are loaded.
  target_link_options(LibTorch::LibTorch INTERFACE -Wl,--allow-shlib-undefined)
  if(WEIR_CUDA)
    find_library(LibTorch_CUDA_LIBRARY torch_cuda ${_weir_torch_lib})
    find_library(LibTorch_C10_CUDA_LIBRARY c10_cuda ${_weir_torch_lib})
    if(NOT LibTorch_CUDA_LIBRARY OR NOT LibTorch_C10_CUDA_LIBRARY)
      message(FATAL_ERROR "WEIR_CUDA is on, but the LibTorch in ${LibTorch_ROOT_DIR} has no CUDA libraries. "
        "Run WEIR_CUDA=1 tools/weir, which fetches them, or configure with -DWEIR_CUDA=OFF.")
    endif()
    # They register themselves when loaded; nothing refers to them by name.
    target_link_libraries(LibTorch::LibTorch INTERFACE
      -Wl,--no-as-needed ${LibTorch_CUDA_LIBRARY} ${LibTorch_C10_CUDA_LIBRARY} -Wl,--as-needed)
  endif()
endif()
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_CUDA_LIBRARY LibTorch_C10_CUDA_LIBRARY)
