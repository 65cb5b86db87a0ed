# weir_flags        warnings, sanitizers: linked by our own targets only
# weir_plugin(KIND NAME...)   one library libweir_<kind>_<name>.so per name, from <name>.cpp in the current folder
add_library(weir_flags INTERFACE)
target_compile_options(weir_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor $<$<BOOL:${WEIR_WARNINGS_AS_ERRORS}>:-Werror>)
if(WEIR_SANITIZE)
  target_compile_options(weir_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(weir_flags INTERFACE -fsanitize=address,undefined)
endif()

set(WEIR_PLUGIN_DIR ${CMAKE_BINARY_DIR}/lib/weir/plugins)

function(weir_plugin kind)
  foreach(name IN LISTS ARGN)
    set(target weir_${kind}_${name})
    add_library(${target} MODULE ${name}.cpp)
    target_compile_definitions(${target} PRIVATE WEIR_PLUGIN_ID="${kind}/${name}" WEIR_PLUGIN_VERSION="${PROJECT_VERSION}"
                                                 WEIR_PLUGIN_LICENCE="MIT")
    target_link_libraries(${target} PRIVATE weir_kinds weir_flags)
    target_precompile_headers(${target} REUSE_FROM weir_kinds)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${WEIR_PLUGIN_DIR} CXX_VISIBILITY_PRESET hidden
                                               VISIBILITY_INLINES_HIDDEN ON)
    set_property(GLOBAL APPEND PROPERTY WEIR_PLUGINS ${target})
  endforeach()
endfunction()
