#include "startup.h"

#include <kernels.h>
#include <threads.h>

#if defined(__linux__)
static void begin(int count, char **arguments, char **variables) {
    (void)count;
    (void)arguments;
    threads_begin_blas_with_one();
    kernels_choose(variables);
}

// Entries of this array run before the constructors of shared libraries, OpenBLAS's among them. Setting
// OPENBLAS_NUM_THREADS would be too late even here: glibc sets its environment afterwards. Starting the program anew with
// it would cost time, and change what debuggers and process lists see.
__attribute__((section(".preinit_array"), used)) static void (*const before_constructors)(int, char **, char **) = begin;
#endif
