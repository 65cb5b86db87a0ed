# cmake -DSOURCE=noise/brownian.cpp -DSYMBOL=weir_page_noise_brownian -DOUTPUT=page.cpp -P WeirPage.cmake
#
# Writes the comment at the head of a plugin's file, but for its first line, as the text of that symbol: equations, source and limits
# travel with the library, and `weir show` prints them.
file(READ ${SOURCE} text)
set(head "")
if(text MATCHES "^(//[^\n]*\n)+")
  set(head "${CMAKE_MATCH_0}")
  string(FIND "${head}" "\n" first)
  string(SUBSTRING "${head}" ${first} -1 head)
endif()
string(REPLACE "\n// " "\n" head "${head}")
string(REPLACE "\n//" "\n" head "${head}")
string(STRIP "x${head}" head)   # of its end alone: the first line may be indented
string(SUBSTRING "${head}" 1 -1 head)
string(REGEX REPLACE "^\n+" "" head "${head}")
file(WRITE ${OUTPUT} "extern \"C\" {\nextern const char ${SYMBOL}[];\nconst char ${SYMBOL}[] = R\"weir(${head})weir\";\n}\n")
