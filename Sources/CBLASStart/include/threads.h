// OpenBLAS's threads, begun when they are needed rather than when the library is loaded.
//
// While it is loaded OpenBLAS starts as many threads as there are processors, each with a buffer of 64 MB or more. Where
// the address space is limited (ulimit -v) it then asks for the buffer again and again for ever, before the program has
// begun. Its count must therefore be set before it is initialised, and it can grow later.

#ifndef THREADS_H
#define THREADS_H

#include <stdbool.h>

// Lets OpenBLAS begin without threads of its own. Has an effect only before OpenBLAS is initialised; CStartup calls it.
void threads_begin_blas_with_one(void);

// Whether the above was called, so that whoever wants more threads has to ask OpenBLAS for them.
bool threads_are_on_demand(void);

#endif
