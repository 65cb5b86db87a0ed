# weir_add_plugin(FILE... [LIBRARY name] [VENDOR v] [VERSION v] [LICENCE l] [WITH pipeline])
#
# One plugin library of the given files, each <kind>/<name>.cpp: the file's folder and stem are the plugin's name. With a vendor its
# full name is <vendor>/<kind>/<name>, which keeps it apart from others of that name; <kind>/<name> does where it is the only one.
# The target and the library are called weir_<library>; LIBRARY may be left out for a single file, and is then <kind>_<name>, with
# the vendor before it.
#
#   find_package(weir REQUIRED)
#   include(CTest)
#   weir_add_plugin(noise/sine.cpp VERSION 1.0.0 LICENCE MIT WITH sine.yaml)
#
# After include(CTest) the library has the test weir_plugin_check_<library>: `weir plugin check`, with the pipeline given at
# its first file.
#
# The comment at the head of each file is kept in the library: `weir show` prints it.
#
# `cmake --install BUILD --prefix PREFIX` puts the library where the Weir in PREFIX finds it.
#
# ATen, JSON and the C++ library are precompiled once (weir/pch.hpp) for all plugin libraries whose folders add the same options and
# definitions: a changed plugin is then rebuilt in a third of the time. A library with compiler flags of its own that the compiler
# does not accept beside it does without: set_target_properties(weir_noise_sine PROPERTIES DISABLE_PRECOMPILE_HEADERS ON).
#
# Used by Weir's own build and, installed with weirConfig.cmake, by everybody else's.

# Gives the plugin library the precompiled header of this folder's flags, made by its first user. `flags` are targets that the library
# is linked to for their flags, which the header then has too.
function(weir_precompile_plugin target)   # flags...
  get_directory_property(options COMPILE_OPTIONS)
  get_directory_property(definitions COMPILE_DEFINITIONS)
  string(SHA1 key "${CMAKE_CXX_FLAGS};${CMAKE_CXX_STANDARD};${CMAKE_CXX_EXTENSIONS};${options};${definitions};${ARGN}")
  string(SUBSTRING ${key} 0 8 key)
  set(header weir_pch_${key})
  if(NOT TARGET ${header})
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/weir_pch.cpp CONTENT "")
    add_library(${header} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/weir_pch.cpp)
    target_link_libraries(${header} PRIVATE weir::kinds ${ARGN})
    # As a plugin is compiled: clang wants the header made with the visibility of its user.
    set_target_properties(${header} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_precompile_headers(${header} PRIVATE <weir/pch.hpp>)
  endif()
  # Compilers refuse a header that knew other macros than its user does: none here are a target's own.
  set_target_properties(${target} PROPERTIES DEFINE_SYMBOL "")
  target_precompile_headers(${target} REUSE_FROM ${header})
endfunction()

# Puts the comment at the head of a plugin's file into its library; `symbol` is set to what it is called there.
function(weir_add_page target path id symbol)
  string(MAKE_C_IDENTIFIER weir_page_${id} page)
  set(${symbol} ${page} PARENT_SCOPE)
  set(text ${CMAKE_CURRENT_BINARY_DIR}/pages/${page}.cpp)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/WeirPage.cmake)
  add_custom_command(OUTPUT ${text} DEPENDS ${path} ${script} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${path} -DSYMBOL=${page} -DOUTPUT=${text} -P ${script})
  add_custom_target(${target}-${page} DEPENDS ${text})   # the library may be another folder's
  add_dependencies(${target} ${target}-${page})
  set_source_files_properties(${text} TARGET_DIRECTORY ${target} PROPERTIES GENERATED ON SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE ${text})
endfunction()

function(weir_add_plugin)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "LIBRARY;VENDOR;VERSION;LICENCE;WITH" "")
  if(NOT arg_VERSION)
    set(arg_VERSION 0.0.0)
  endif()
  if(NOT arg_LICENCE)
    set(arg_LICENCE unspecified)
  endif()
  if(arg_VENDOR AND NOT arg_VENDOR MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "weir_add_plugin: VENDOR '${arg_VENDOR}' is not in [a-z0-9_]")
  endif()
  foreach(file IN LISTS arg_UNPARSED_ARGUMENTS)
    get_filename_component(path ${file} ABSOLUTE)
    if(NOT path MATCHES "/([a-z][a-z0-9_]*)/([a-z][a-z0-9_]*)\\.cpp$")
      message(FATAL_ERROR "weir_add_plugin: '${file}' is not <kind>/<name>.cpp with kind and name in [a-z0-9_]")
    endif()
    set(kind ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    if(NOT arg_LIBRARY)
      string(JOIN _ arg_LIBRARY ${arg_VENDOR} ${kind} ${name})
    endif()
    string(JOIN / id ${arg_VENDOR} ${kind} ${name})
    set(target weir_${arg_LIBRARY})
    if(NOT TARGET ${target})
      add_library(${target} MODULE)
      target_link_libraries(${target} PRIVATE weir::kinds)
      # The build id is the key of the schema cache.
      target_link_options(${target} PRIVATE -Wl,--build-id=sha1)
      # An undefined symbol is an error of the build, not of the first run. Those of sanitizers are in the program.
      if(NOT WEIR_SANITIZE AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
        target_link_options(${target} PRIVATE -Wl,-z,defs)
      endif()
      set_target_properties(${target} PROPERTIES PREFIX lib SUFFIX .so CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
      if(weir_PLUGIN_DIR)   # Weir's own build has neither this nor weir_PROGRAM, and installs and precompiles in its own way
        install(TARGETS ${target} DESTINATION ${weir_PLUGIN_DIR})
        weir_precompile_plugin(${target})
      endif()
      if(weir_PROGRAM AND BUILD_TESTING)
        set(with)
        if(arg_WITH)
          get_filename_component(pipeline ${arg_WITH} ABSOLUTE)
          set(with --with ${pipeline})
        endif()
        add_test(NAME weir_plugin_check_${arg_LIBRARY} COMMAND ${weir_PROGRAM} plugin check $<TARGET_FILE:${target}> ${with})
      endif()
    endif()
    weir_add_page(${target} ${path} ${id} page)
    target_sources(${target} PRIVATE ${path})
    set_property(SOURCE ${path} TARGET_DIRECTORY ${target} APPEND PROPERTY COMPILE_DEFINITIONS
      WEIR_PLUGIN_ID="${id}" WEIR_PLUGIN_VERSION="${arg_VERSION}" WEIR_PLUGIN_LICENCE="${arg_LICENCE}" WEIR_PLUGIN_PAGE=${page})
  endforeach()
endfunction()
