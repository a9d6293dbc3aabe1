# SPDX-License-Identifier: MIT
# The Debian package, made by `./dev deb`. What debhelper would do is done here: the maintainer scripts, the list of
# conffiles, the compressed changelog, the copyright.

set(deb ${PROJECT_SOURCE_DIR}/systemd/deb)
set(doc_dir ${CMAKE_INSTALL_DATADIR}/doc/forestall)

function(forestall_compress from to)
  add_custom_command(OUTPUT ${to} DEPENDS ${from} VERBATIM COMMAND sh -c "gzip -9nc \"$1\" >\"$2\"" sh ${from} ${to})
endfunction()
set(changelogs ${PROJECT_BINARY_DIR}/changelog.gz ${PROJECT_BINARY_DIR}/changelog.Debian.gz)
forestall_compress(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_BINARY_DIR}/changelog.gz)
forestall_compress(${deb}/changelog ${PROJECT_BINARY_DIR}/changelog.Debian.gz)
add_custom_target(changelog ALL DEPENDS ${changelogs})
install(FILES ${changelogs} ${deb}/copyright DESTINATION ${doc_dir})

file(WRITE ${PROJECT_BINARY_DIR}/deb/conffiles "${FORESTALL_CONFDIR}/forestall.toml\n")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME forestall)
# Nobody's address, for this package is nobody's distribution: whoever builds packages for others puts theirs.
set(CPACK_PACKAGE_CONTACT "forestall contributors <contributors@forestall.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd (>= 252), procps")  # procps: the unit reloads with /bin/kill
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "default-dbus-system-bus | dbus-system-bus")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "polkitd")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "userspace OOM daemon that acts before the stall and says why")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"forestalld watches memory, swap and memory pressure, and ends the process
whose end helps most before the machine comes to a standstill. It asks
politely first, sees to it that the memory really comes back, and leaves a
complete account of each decision in the journal.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_BINARY_DIR}/deb/conffiles ${deb}/postinst ${deb}/prerm ${deb}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
