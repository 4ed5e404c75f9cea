#include "standardize.h"

// Floats in a line of the cache.
enum { LINE = 16 };

void standardize_row(
    const float *restrict row, const float *next, const float *restrict mean, const float *restrict scale,
    float *restrict target, size_t count) {
    size_t start = 0;
    for (; start + LINE <= count; start += LINE) {
        if (next) __builtin_prefetch(next + start);
        for (size_t i = start; i < start + LINE; i++) target[i] = (row[i] - mean[i]) * scale[i];
    }
    for (size_t i = start; i < count; i++) target[i] = (row[i] - mean[i]) * scale[i];
}
