// Settings of glibc's allocator, which Swift's Glibc module leaves out; empty where there is another allocator.
#if defined(__GLIBC__) || __has_include(<gnu/libc-version.h>)
#include <malloc.h>
#endif
