// The loop that a training reads its features in, with a hint of what comes next.

#ifndef STANDARDIZE_H
#define STANDARDIZE_H

#include <stddef.h>

// Writes (row − mean)·scale, `count` values each. Meanwhile the memory of `next`, the row that will be wanted then, is
// fetched: the rows of a batch are anywhere, so that the processor cannot guess it. Nothing is read of it, and it may be
// null.
void standardize_row(
    const float *row, const float *next, const float *mean, const float *scale, float *target, size_t count);

#endif
