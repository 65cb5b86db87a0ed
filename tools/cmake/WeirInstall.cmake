# What `cmake --install` puts where: programs in bin/, libraries in lib/, plugins and their schema cache in
# lib/weir/plugins/, headers in include/weir/, the Python of `weir report` and the pages of `weir explain` in share/weir/,
# and in lib/cmake/weir/ what find_package(weir) needs.
include(CMakePackageConfigHelpers)

set(WEIR_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
install(TARGETS weir weir-run DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS weir_front weir_record weir_core weir_kinds EXPORT weir DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY tools/report/ DESTINATION share/weir/report PATTERN __pycache__ EXCLUDE)
install(DIRECTORY tools/explain/ DESTINATION share/weir/explain)
install(FILES ${WEIR_PLUGIN_DIR}/weir-plugins.json DESTINATION ${CMAKE_INSTALL_LIBDIR}/weir/plugins)

foreach(library front record core kinds)
  set_target_properties(weir_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
install(EXPORT weir NAMESPACE weir:: FILE weirTargets.cmake DESTINATION ${WEIR_CMAKE_DIR})
configure_package_config_file(tools/cmake/weirConfig.cmake.in ${CMAKE_BINARY_DIR}/weirConfig.cmake
                              INSTALL_DESTINATION ${WEIR_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/weirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/weirConfig.cmake ${CMAKE_BINARY_DIR}/weirConfigVersion.cmake
              tools/cmake/WeirPlugin.cmake tools/cmake/FindLibTorch.cmake DESTINATION ${WEIR_CMAKE_DIR})
