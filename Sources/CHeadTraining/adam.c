#include "adam.h"

#include <math.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A fused product and sum would be rounded once and give other bits.
#pragma STDC FP_CONTRACT OFF

static void advance(
    float *values, const float *gradient, float *first, float *second, size_t start, size_t count, float rate,
    float root, float shrinking) {
    for (size_t i = start; i < count; i++) {
        const float slope = gradient[i];
        const float mean = 0.9f * first[i] + 0.1f * slope;
        const float square = 0.999f * second[i] + 0.001f * slope * slope;
        first[i] = mean;
        second[i] = square;
        values[i] = values[i] * shrinking - rate * mean / (sqrtf(square) * root + 1e-8f);
    }
}

#if defined(__x86_64__)
// The same operations in the same order for eight values at once. Compilers do not make it of the loop above, since
// sqrtf may set errno.
__attribute__((target("avx2"))) static size_t advance_eight(
    float *values, const float *gradient, float *first, float *second, size_t count, float rate, float root,
    float shrinking) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m256 slope = _mm256_loadu_ps(gradient + i);
        const __m256 mean = _mm256_add_ps(
            _mm256_mul_ps(_mm256_set1_ps(0.9f), _mm256_loadu_ps(first + i)),
            _mm256_mul_ps(_mm256_set1_ps(0.1f), slope));
        const __m256 square = _mm256_add_ps(
            _mm256_mul_ps(_mm256_set1_ps(0.999f), _mm256_loadu_ps(second + i)),
            _mm256_mul_ps(_mm256_mul_ps(_mm256_set1_ps(0.001f), slope), slope));
        _mm256_storeu_ps(first + i, mean);
        _mm256_storeu_ps(second + i, square);
        const __m256 divisor = _mm256_add_ps(
            _mm256_mul_ps(_mm256_sqrt_ps(square), _mm256_set1_ps(root)), _mm256_set1_ps(1e-8f));
        const __m256 step = _mm256_div_ps(_mm256_mul_ps(_mm256_set1_ps(rate), mean), divisor);
        _mm256_storeu_ps(
            values + i, _mm256_sub_ps(_mm256_mul_ps(_mm256_loadu_ps(values + i), _mm256_set1_ps(shrinking)), step));
    }
    return i;
}
#endif

void adam_advance(
    float *values, const float *gradient, float *first, float *second, size_t count, float rate, float root,
    float shrinking) {
    size_t done = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        done = advance_eight(values, gradient, first, second, count, rate, root, shrinking);
    }
#endif
    advance(values, gradient, first, second, done, count, rate, root, shrinking);
}
