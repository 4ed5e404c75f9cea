#include "threads.h"

#include <stddef.h>

// The two counts that OpenBLAS sets from the environment when it is initialised, unless they are set already: threads
// begun, and threads in use. All versions since GotoBLAS have them; weak, because builds without threads need not.
extern int blas_num_threads __attribute__((weak));
extern int blas_cpu_number __attribute__((weak));

static bool is_on_demand = false;

void threads_begin_blas_with_one(void) {
    if (&blas_num_threads != NULL && &blas_cpu_number != NULL) {
        blas_num_threads = 1;
        blas_cpu_number = 1;
        is_on_demand = true;
    }
}

bool threads_are_on_demand(void) {
    return is_on_demand;
}
