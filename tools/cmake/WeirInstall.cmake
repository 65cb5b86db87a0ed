# What `cmake --install` puts where: programs in bin/, libraries in lib/, plugins and their schema cache in
# lib/weir/plugins/, the headers of core/sdk.cmake in include/weir/, what `weir report`, `weir explain` and `weir new` read in share/weir/, the pipelines
# beside it, what is to be read in share/doc/weir/, and in lib/cmake/weir/ what find_package(weir) needs: the libraries that plugins
# are linked to. The build tree has that too, so that plugins outside it can be built against a Weir that was never installed.
include(CMakePackageConfigHelpers)

set(WEIR_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
set(WEIR_CONFIG_DIR ${CMAKE_BINARY_DIR}/${WEIR_CMAKE_DIR})
install(TARGETS weir weir-run weir-check DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS weir_base weir_front weir_record weir_core weir_kinds EXPORT weir DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS weir_executor DESTINATION ${CMAKE_INSTALL_LIBDIR})   # for the programs alone
include(core/sdk.cmake)
foreach(header IN LISTS WEIR_SDK_HEADERS)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES core/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir/${folder})
endforeach()
install(DIRECTORY tools/report/ DESTINATION share/weir/report PATTERN __pycache__ EXCLUDE)
install(DIRECTORY tools/python/weir DESTINATION share/weir/python PATTERN __pycache__ EXCLUDE)   # which the report reads records with
install(DIRECTORY tools/explain/ DESTINATION share/weir/explain)
install(DIRECTORY tools/templates/ DESTINATION share/weir/templates)
install(DIRECTORY pipelines/ DESTINATION share/weir/pipelines)
install(FILES README.md CONTRIBUTING.md CHANGELOG.md DESTINATION share/doc/weir)
install(FILES ${WEIR_PLUGIN_DIR}/weir-plugins.json DESTINATION ${CMAKE_INSTALL_LIBDIR}/weir/plugins)

foreach(library base front record core kinds)
  set_target_properties(weir_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
# Where earlier builds wrote it, find_package() would look first.
file(REMOVE ${CMAKE_BINARY_DIR}/weirConfig.cmake ${CMAKE_BINARY_DIR}/weirConfigVersion.cmake)
install(EXPORT weir NAMESPACE weir:: FILE weirTargets.cmake DESTINATION ${WEIR_CMAKE_DIR})
export(EXPORT weir NAMESPACE weir:: FILE ${WEIR_CONFIG_DIR}/weirTargets.cmake)
configure_package_config_file(tools/cmake/weirConfig.cmake.in ${WEIR_CONFIG_DIR}/weirConfig.cmake
                              INSTALL_DESTINATION ${WEIR_CMAKE_DIR})
write_basic_package_version_file(${WEIR_CONFIG_DIR}/weirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
foreach(module WeirPlugin.cmake WeirPage.cmake FindLibTorch.cmake)
  configure_file(tools/cmake/${module} ${WEIR_CONFIG_DIR}/${module} COPYONLY)
endforeach()
install(FILES ${WEIR_CONFIG_DIR}/weirConfig.cmake ${WEIR_CONFIG_DIR}/weirConfigVersion.cmake
              ${WEIR_CONFIG_DIR}/WeirPlugin.cmake ${WEIR_CONFIG_DIR}/WeirPage.cmake ${WEIR_CONFIG_DIR}/FindLibTorch.cmake DESTINATION ${WEIR_CMAKE_DIR})
