# weir_flags        warnings, sanitizers, linker: linked by our own targets only
# weir_plugin(KIND NAME...)   one library libweir_<kind>_<name>.so per name, from <name>.cpp in the current folder; with
#                             WEIR_BUNDLE_PLUGINS all of them in libweir_bundle.so
include(WeirPlugin)

add_library(weir_flags INTERFACE)
target_compile_options(weir_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers  # designated initialisers leave the other members at their defaults on purpose
  # What g++ 12 imagines in its own std::string and std::vector, once they come from a precompiled header.
  "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overread;-Wno-stringop-overflow;-Wno-array-bounds;-Wno-maybe-uninitialized>"
  $<$<BOOL:${WEIR_WARNINGS_AS_ERRORS}>:-Werror>)
target_link_options(weir_flags INTERFACE -Wl,--build-id=sha1 -Wl,--as-needed)
if(WEIR_SANITIZE)
  # vptr compares type information across libraries, which hidden plugins have of their own.
  target_compile_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer)
  target_link_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE})
else()
  target_link_options(weir_flags INTERFACE -Wl,-z,defs)   # an undefined symbol is an error of the build, not of the first run
endif()

if(WEIR_FUZZ)
  target_compile_options(weir_flags INTERFACE -fsanitize=fuzzer-no-link)   # coverage for libFuzzer
endif()

# A fast linker, if there is one: relinking is half of a small change.
foreach(linker mold lld)
  find_program(WEIR_${linker} NAMES ${linker} ld.${linker})
  mark_as_advanced(WEIR_${linker})
  if(WEIR_${linker} AND NOT WEIR_LINKER_CHOSEN)
    target_link_options(weir_flags INTERFACE -fuse-ld=${linker})
    set(WEIR_LINKER_CHOSEN ${linker})
  endif()
endforeach()

# ccache, if there is one. The sloppiness lets it work with the precompiled header.
find_program(WEIR_CCACHE ccache)
mark_as_advanced(WEIR_CCACHE)
if(WEIR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${WEIR_CCACHE})
endif()
if(CMAKE_CXX_COMPILER_LAUNCHER)
  target_compile_options(weir_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

# With g++ the core's own precompiled header; clang wants one made with the visibility of its user.
function(weir_precompile_own_plugin target)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    weir_precompile_plugin(${target} weir_flags)
  else()
    target_precompile_headers(${target} REUSE_FROM weir_core)
  endif()
endfunction()

set(WEIR_PLUGIN_DIR ${CMAKE_BINARY_DIR}/lib/weir/plugins)

function(weir_plugin kind)
  foreach(name IN LISTS ARGN)
    if(WEIR_BUNDLE_PLUGINS)
      set(library bundle)
    else()
      set(library ${kind}_${name})
    endif()
    weir_add_plugin(${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp LIBRARY ${library} VERSION ${PROJECT_VERSION} LICENCE MIT)
    get_property(known GLOBAL PROPERTY WEIR_PLUGINS)
    if(NOT weir_${library} IN_LIST known)
      set_property(GLOBAL APPEND PROPERTY WEIR_PLUGINS weir_${library})
      target_link_libraries(weir_${library} PRIVATE weir_flags)
      weir_precompile_own_plugin(weir_${library})
      set_target_properties(weir_${library} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${WEIR_PLUGIN_DIR}
                                                       INSTALL_RPATH "$ORIGIN/../..")
      install(TARGETS weir_${library} DESTINATION ${CMAKE_INSTALL_LIBDIR}/weir/plugins)
    endif()
  endforeach()
endfunction()
