# include_pages(pages): builds the web interface and puts it into the library, as one file in its read-only data. All presets
# share one build of it.
set(PILOTHOUSE_PAGES ${CMAKE_SOURCE_DIR}/build/web/pages.bin)

function(include_pages library)
  if(PILOTHOUSE_WEB)
    file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/core/* ${CMAKE_SOURCE_DIR}/web/react/*)
    list(FILTER web_sources EXCLUDE REGEX "/(node_modules|dist)/")
    list(APPEND web_sources ${CMAKE_SOURCE_DIR}/web/package.json ${CMAKE_SOURCE_DIR}/web/package-lock.json
      ${CMAKE_SOURCE_DIR}/web/scripts/pack.mjs ${CMAKE_SOURCE_DIR}/scripts/web.sh)
    add_custom_command(OUTPUT ${PILOTHOUSE_PAGES} DEPENDS ${web_sources}
      COMMAND ${CMAKE_SOURCE_DIR}/scripts/web.sh build ${PILOTHOUSE_PAGES}
      COMMENT "Building the web interface" USES_TERMINAL VERBATIM)
    set(pages ${PILOTHOUSE_PAGES})
  else()
    set(pages ${CMAKE_BINARY_DIR}/no-pages.bin)
    file(WRITE ${pages} "")
  endif()
  set(source ${CMAKE_SOURCE_DIR}/src/pages/built_in.S)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${pages}
    COMPILE_OPTIONS "-DPILOTHOUSE_PAGES=\"${pages}\"")
  target_sources(${library} PRIVATE ${source})
endfunction()
