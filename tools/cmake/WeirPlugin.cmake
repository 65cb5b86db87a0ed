# weir_add_plugin(FILE... [LIBRARY name] [VERSION v] [LICENCE l])
#
# One plugin library of the given files, each <kind>/<name>.cpp: the file's folder and stem are the plugin's id. The target
# and the library are called weir_<library>; LIBRARY may be left out for a single file, and is then <kind>_<name>.
#
#   find_package(weir REQUIRED)
#   weir_add_plugin(noise/sine.cpp VERSION 1.0.0 LICENCE MIT)
#
# Used by Weir's own build and, installed with weirConfig.cmake, by everybody else's.
function(weir_add_plugin)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "LIBRARY;VERSION;LICENCE" "")
  if(NOT arg_VERSION)
    set(arg_VERSION 0.0.0)
  endif()
  if(NOT arg_LICENCE)
    set(arg_LICENCE unspecified)
  endif()
  foreach(file IN LISTS arg_UNPARSED_ARGUMENTS)
    get_filename_component(path ${file} ABSOLUTE)
    if(NOT path MATCHES "/([a-z][a-z0-9_]*)/([a-z][a-z0-9_]*)\\.cpp$")
      message(FATAL_ERROR "weir_add_plugin: '${file}' is not <kind>/<name>.cpp with kind and name in [a-z0-9_]")
    endif()
    set(kind ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    if(NOT arg_LIBRARY)
      set(arg_LIBRARY ${kind}_${name})
    endif()
    set(target weir_${arg_LIBRARY})
    if(NOT TARGET ${target})
      add_library(${target} MODULE)
      target_link_libraries(${target} PRIVATE weir::kinds)
      # The build id is the key of the schema cache.
      target_link_options(${target} PRIVATE -Wl,--build-id=sha1)
      set_target_properties(${target} PROPERTIES PREFIX lib SUFFIX .so CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    endif()
    target_compile_features(${target} PRIVATE cxx_std_20)   # what the headers are written in
    target_sources(${target} PRIVATE ${path})
    set_property(SOURCE ${path} TARGET_DIRECTORY ${target} APPEND PROPERTY COMPILE_DEFINITIONS
      WEIR_PLUGIN_ID="${kind}/${name}" WEIR_PLUGIN_VERSION="${arg_VERSION}" WEIR_PLUGIN_LICENCE="${arg_LICENCE}")
  endforeach()
endfunction()
