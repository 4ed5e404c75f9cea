// The innermost loop of AdamW, with the vector instructions that newer processors of the x86 family have for it.

#ifndef ADAM_H
#define ADAM_H

#include <stddef.h>

// Moves `count` values by their gradient, in one pass:
//
//     first ← b1·first + (1 − b1)·gradient,  second ← b2·second + (1 − b2)·gradient²
//     values ← values·shrinking − rate·first / (√second·root + 1e-8)
//
// with b1 = 0.9 and b2 = 0.999. Each operation is rounded by itself, so all processors give the same bits.
void adam_advance(
    float *values, const float *gradient, float *first, float *second, size_t count, float rate, float root,
    float shrinking);

#endif
