#include "ranks.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

// Compiled as they are for every processor, and once more for those with AVX2 and fused multiplication.

#define BLOCK 64

// The first of the relevant items from `k` on whose value is at most `value`, or less than it. Most often it is near.
static inline __attribute__((always_inline)) int32_t advance(
    const ranks_guide *guide, int32_t k, float value, int includes_equal) {
    int32_t step = 1;
    while (k < guide->relevant_count && (guide->values[k] > value || (includes_equal && guide->values[k] == value))) {
        const int32_t next = k + step;
        if (next < guide->relevant_count
            && (guide->values[next] > value || (includes_equal && guide->values[next] == value))) {
            k = next;
            step <<= 1;
        } else if (step > 1) {
            step >>= 1;
        } else {
            k++;
        }
    }
    return k;
}

// Finds the relevant items within the doubt of a value, given an item that is not after the first of them.
static inline __attribute__((always_inline)) void find_from(
    const ranks_guide *guide, int32_t start, float value, int32_t *first, int32_t *end) {
    *first = advance(guide, start, value + guide->doubt, 0);
    *end = advance(guide, *first, value - guide->doubt, 1);
}

typedef float floats8 __attribute__((ext_vector_type(8)));
typedef _Bool flags8 __attribute__((ext_vector_type(8)));

// The same if eight values are enough to tell, else returns 0; without a branch that depends on the value, since no processor
// can guess which way it goes. After the last query's values there is room for seven more.
static inline __attribute__((always_inline)) int find_near(
    const ranks_guide *guide, int32_t start, float value, int32_t *first, int32_t *end) {
    floats8 values;
    memcpy(&values, guide->values + start, sizeof values);
    const flags8 above = __builtin_convertvector(values > value + guide->doubt, flags8);
    const flags8 not_below = __builtin_convertvector(values >= value - guide->doubt, flags8);
    uint8_t above_bits, not_below_bits;
    memcpy(&above_bits, &above, 1);
    memcpy(&not_below_bits, &not_below, 1);
    const int32_t rest = guide->relevant_count - start;
    const uint32_t known = rest < 8 ? (1u << rest) - 1 : 255;
    *first = start + __builtin_popcount(above_bits & known);
    *end = start + __builtin_popcount(not_below_bits & known);
    return rest <= 8 || not_below_bits != 255;
}

static inline __attribute__((always_inline)) void find(
    const ranks_guide *guide, float value, int32_t *first, int32_t *end) {
    const float *values = guide->values;
    const float above = value + guide->doubt;
    int32_t low = 0, rest = guide->relevant_count;
    while (rest > 0) {
        int32_t half = rest >> 1;
        int is_above = values[low + half] > above;
        low = is_above ? low + half + 1 : low;
        rest = is_above ? rest - half - 1 : half;
    }
    *first = low;
    *end = advance(guide, low, value - guide->doubt, 1);
}

// The first of some relevant items that a tied item comes before.
static inline __attribute__((always_inline)) int32_t after_tie(
    const ranks_guide *guide, int32_t first, int32_t end, int32_t number) {
    if (guide->tie_order != 0) return guide->tie_order == 1 ? end : first;
    int32_t low = first, rest = end - first;
    while (rest > 0) {
        const int32_t half = rest >> 1;
        const int is_before = guide->numbers[low + half] < number;
        low = is_before ? low + half + 1 : low;
        rest = is_before ? rest - half - 1 : half;
    }
    return low;
}

// Whether a cosine p/√n of integers is above another one (1), below it (−1) or equal to it.
static inline __attribute__((always_inline)) int compare_cosines(double p, double n, double other_p, double other_n) {
    const int sign = (p > 0) - (p < 0), other_sign = (other_p > 0) - (other_p < 0);
    if (sign != other_sign) return sign > other_sign ? 1 : -1;
    const double a = p * p * other_n, b = other_p * other_p * n;
    if (a < 0x1p53 && b < 0x1p53) return a == b ? 0 : (a > b) == (sign > 0) ? 1 : -1;
#ifdef __SIZEOF_INT128__
    const unsigned __int128 i = (unsigned __int128)(p * sign), j = (unsigned __int128)(other_p * other_sign);
    const unsigned __int128 x = i * i * (unsigned __int128)other_n, y = j * j * (unsigned __int128)n;
    return x == y ? 0 : (x > y) == (sign > 0) ? 1 : -1;
#else
#error "ranks need integers of 128 bits"
#endif
}

// Counts an item that is within the doubt of relevant items if these say how it compares; else returns 0.
static inline __attribute__((always_inline)) int settle(
    const ranks_items *items, const ranks_guide *guide, int32_t *counts, size_t item, float value, int32_t first,
    int32_t end) {
    if (first == end) {
        counts[first]++;
    } else if (
        guide->comparison == RANKS_EQUAL
        || (guide->comparison == RANKS_SAME_ROW && guide->rows[first] == items->rows[item]
            && guide->rows[end - 1] == items->rows[item])) {
        counts[after_tie(guide, first, end, items->numbers[item])]++;
    } else if (guide->comparison == RANKS_COSINES) {
        const double cosine = (double)value + (double)items->penalties[item];
        const double product = rint(cosine * items->lengths[item] * guide->length);
        const double square = items->squares[item];
        for (int32_t i = first; i < end; i++) {
            const int order = compare_cosines(product, square, guide->inner_products[i], guide->squares[i]);
            const int is_first = guide->tie_order == 0 ? items->numbers[item] < guide->numbers[i]
                                                       : guide->tie_order == 2;
            const int comes_before = order > 0 || (order == 0 && is_first);
            counts[i] += comes_before;
            counts[i + 1] -= comes_before;
        }
        counts[end]++;
    } else {
        return 0;
    }
    return 1;
}

// Places items; with `lane_count` tables of counts in turn, since an addition to a count waits for the one before.
//
// A table has `stride` counts, of which the first `relevant_count` have a meaning; codes from `limit` on are not clear.
static inline __attribute__((always_inline)) size_t place_into(
    const ranks_items *items, const ranks_guide *guide, int32_t *counts, int32_t *tables, int lane_count, size_t stride,
    uint32_t *doubtful) {
    const size_t count = items->count;
    const float origin = guide->origin, scale = guide->scale, lowest = guide->lowest;
    const float last = (float)guide->range_count;
    const int32_t beyond = guide->range_count + 1, limit = guide->relevant_count + 4;
    const uint16_t *places = guide->places;
    size_t found = 0;
    for (size_t start = 0; start < count; start += BLOCK) {
        const size_t rest = count - start, size = rest < BLOCK ? rest : BLOCK;
        const float *v = items->products + start, *h = items->penalties + start;
        float differences[BLOCK];
        int32_t ranges[BLOCK];
        int32_t reached = 0;
        if (size == BLOCK) {
            for (int i = 0; i < BLOCK; i++) {
                const float value = v[i] - h[i];
                differences[i] = value;
                reached |= value >= lowest ? 1 : 0;
            }
        } else {
            for (size_t i = 0; i < size; i++) differences[i] = v[i] - h[i];
            // They are counted among those that come after all relevant items.
            for (size_t i = size; i < BLOCK; i++) differences[i] = -INFINITY;
            reached = 1;
        }
        // For a good model, usually no item reaches the lowest relevant one.
        if (!reached) continue;
        uint32_t unclear[BLOCK];
        int32_t codes[BLOCK];
        size_t unclear_count = 0;
        if (guide->range_count == 0) {
            for (size_t i = 0; i < size; i++) {
                unclear[unclear_count] = (uint32_t)i;
                unclear_count += differences[i] >= lowest;
            }
        } else {
            for (int i = 0; i < BLOCK; i++) {
                float range = (origin - differences[i]) * scale;
                range = range > -1 ? range : -1;
                range = range < last ? range : last;
                ranges[i] = differences[i] >= lowest ? (int32_t)(range + 1) : beyond + 1 + (i & 3);
            }
            for (int i = 0; i < BLOCK; i += 4) {
                for (int lane = 0; lane < 4; lane++) {
                    const int32_t code = places[ranges[i + lane]];
                    codes[i + lane] = code;
                    const int32_t target = lane_count > 1 || code < limit ? code : limit;
                    tables[(size_t)(lane & (lane_count - 1)) * stride + (size_t)target]++;
                    unclear[unclear_count] = (uint32_t)(i + lane);
                    unclear_count += code >= limit;
                }
            }
        }
        for (size_t k = 0; k < unclear_count; k++) {
            int32_t first, end;
            const size_t item = start + unclear[k];
            const float value = differences[unclear[k]];
            if (guide->range_count == 0) {
                find(guide, value, &first, &end);
            } else if (!find_near(guide, codes[unclear[k]] - limit, value, &first, &end)) {
                find_from(guide, codes[unclear[k]] - limit, value, &first, &end);
            }
            if (!settle(items, guide, counts, item, value, first, end)) doubtful[found++] = (uint32_t)item;
        }
    }
    return found;
}

#define LANE_COUNT 4

static inline __attribute__((always_inline)) size_t place(
    const ranks_items *items, const ranks_guide *guide, int32_t *counts, int32_t *tables, uint32_t *doubtful) {
    const size_t relevant_count = (size_t)guide->relevant_count, stride = 2 * relevant_count + 4;
    // Clearing and adding up the tables must take less than it saves.
    if (items->count < 2 * relevant_count || guide->range_count == 0) {
        return place_into(items, guide, counts, counts, 1, 0, doubtful);
    }
    for (size_t lane = 0; lane < LANE_COUNT; lane++) {
        for (size_t k = 0; k < relevant_count; k++) tables[lane * stride + k] = 0;
    }
    const size_t found = place_into(items, guide, counts, tables, LANE_COUNT, stride, doubtful);
    for (size_t k = 0; k < relevant_count; k++) {
        counts[k] += tables[k] + tables[stride + k] + tables[2 * stride + k] + tables[3 * stride + k];
    }
    return found;
}

static inline __attribute__((always_inline)) double inner_product(const float *x, const float *y, size_t count) {
    double sums[16] = {0};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        for (int k = 0; k < 16; k++) sums[k] += (double)x[i + k] * (double)y[i + k];
    }
    double sum = 0;
    for (; i < count; i++) sum += (double)x[i] * (double)y[i];
    for (int k = 0; k < 16; k++) sum += sums[k];
    return sum;
}

#define PRECISE_LANE_COUNT 8

// Adds up sums and their errors, which follow each other in `sums` and `errors`.
static inline __attribute__((always_inline)) void add_up(
    const double *sums, const double *errors, double *high, double *low) {
    double sum = sums[0], error = errors[0];
    for (int k = 1; k < PRECISE_LANE_COUNT; k++) {
        const double next = sum + sums[k], part = next - sum;
        error += ((sum - (next - part)) + (sums[k] - part)) + errors[k];
        sum = next;
    }
    *high = sum + error;
    *low = error - (*high - sum);
}

// Ogita, Rump and Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005), algorithm 5.3: the rounding
// error of each product and each sum is known exactly, and added up beside. Here several sums go on side by side.
static inline __attribute__((always_inline)) void precise_inner_product(
    const double *x, const double *y, size_t count, double *high, double *low) {
    double sums[PRECISE_LANE_COUNT] = {0}, errors[PRECISE_LANE_COUNT] = {0};
    for (size_t start = 0; start < count; start += PRECISE_LANE_COUNT) {
        const size_t rest = count - start, size = rest < PRECISE_LANE_COUNT ? rest : PRECISE_LANE_COUNT;
        for (size_t k = 0; k < size; k++) {
            const double a = x[start + k], b = y[start + k], sum = sums[k];
            const double product = a * b, product_error = fma(a, b, -product);
            const double next = sum + product, part = next - sum;
            errors[k] += ((sum - (next - part)) + (product - part)) + product_error;
            sums[k] = next;
        }
    }
    add_up(sums, errors, high, low);
}

// The same for floats, whose products a double holds exactly.
static inline __attribute__((always_inline)) void precise_inner_product_of_floats(
    const float *x, const float *y, size_t count, double *high, double *low) {
    double sums[PRECISE_LANE_COUNT] = {0}, errors[PRECISE_LANE_COUNT] = {0};
    size_t start = 0;
    for (; start + PRECISE_LANE_COUNT <= count; start += PRECISE_LANE_COUNT) {
        for (int k = 0; k < PRECISE_LANE_COUNT; k++) {
            const double product = (double)x[start + k] * (double)y[start + k], sum = sums[k];
            const double next = sum + product, part = next - sum;
            errors[k] += (sum - (next - part)) + (product - part);
            sums[k] = next;
        }
    }
    for (int k = 0; start < count; k++, start++) {
        const double product = (double)x[start] * (double)y[start], sum = sums[k];
        const double next = sum + product, part = next - sum;
        errors[k] += (sum - (next - part)) + (product - part);
        sums[k] = next;
    }
    add_up(sums, errors, high, low);
}

static inline __attribute__((always_inline)) void add(float *sums, const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) sums[i] += values[i];
}

#define TILE 16

static inline __attribute__((always_inline)) void transpose(
    const float *restrict from, size_t rows, size_t columns, float *restrict to) {
    for (size_t row = 0; row < rows; row += TILE) {
        const size_t height = rows - row < TILE ? rows - row : TILE;
        for (size_t column = 0; column < columns; column += TILE) {
            const size_t width = columns - column < TILE ? columns - column : TILE;
            if (height == TILE && width == TILE) {
                for (int j = 0; j < TILE; j++) {
                    for (int i = 0; i < TILE; i++) {
                        to[(column + j) * rows + row + i] = from[(row + i) * columns + column + j];
                    }
                }
            } else {
                for (size_t j = 0; j < width; j++) {
                    for (size_t i = 0; i < height; i++) {
                        to[(column + j) * rows + row + i] = from[(row + i) * columns + column + j];
                    }
                }
            }
        }
    }
}

static inline __attribute__((always_inline)) size_t bins(
    const double *similarities, size_t count, double doubt, int32_t *numbers, uint32_t *doubtful) {
    // Numbers up to 2^21 are rounded to within 2^-32.
    const double low = doubt * 0x1p20 + 0x1p-31, high = 1 - low;
    size_t found = 0;
    for (size_t start = 0; start < count; start += BLOCK) {
        const size_t rest = count - start, size = rest < BLOCK ? rest : BLOCK;
        int32_t is_some = 0;
        for (size_t i = 0; i < size; i++) {
            // Half a step of the grid goes to the nearest.
            const double place = similarities[start + i] * 0x1p20 + (0x1p20 + 0x1p-11);
            const int32_t number = (int32_t)place;
            const double part = place - (double)number;
            numbers[start + i] = number;
            is_some |= (part < low) | (part > high);
        }
        if (!is_some) continue;
        for (size_t i = start; i < start + size; i++) {
            const double place = similarities[i] * 0x1p20 + (0x1p20 + 0x1p-11), part = place - (double)numbers[i];
            doubtful[found] = (uint32_t)i;
            found += (part < low) | (part > high);
        }
    }
    return found;
}

static atomic_int is_fast_allowed = 1;

void ranks_allow_fast_loops(int is_allowed) { atomic_store(&is_fast_allowed, is_allowed); }

#if defined(__x86_64__)

#define FAST __attribute__((target("avx2,fma,popcnt")))

FAST static size_t fast_place(
    const ranks_items *items, const ranks_guide *guide, int32_t *counts, int32_t *tables, uint32_t *doubtful) {
    return place(items, guide, counts, tables, doubtful);
}

FAST static double fast_inner_product(const float *x, const float *y, size_t count) {
    return inner_product(x, y, count);
}

FAST static void fast_precise_inner_product(const double *x, const double *y, size_t count, double *high, double *low) {
    precise_inner_product(x, y, count, high, low);
}

FAST static void fast_precise_inner_product_of_floats(
    const float *x, const float *y, size_t count, double *high, double *low) {
    precise_inner_product_of_floats(x, y, count, high, low);
}

FAST static void fast_add(float *sums, const float *values, size_t count) { add(sums, values, count); }

FAST static size_t fast_bins(
    const double *similarities, size_t count, double doubt, int32_t *numbers, uint32_t *doubtful) {
    return bins(similarities, count, doubt, numbers, doubtful);
}

static int is_fast(void) {
    return atomic_load_explicit(&is_fast_allowed, memory_order_relaxed) && __builtin_cpu_supports("avx2")
        && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt");
}

#define CHOOSE(name, ...) (is_fast() ? fast_##name(__VA_ARGS__) : name(__VA_ARGS__))

#else

#define CHOOSE(name, ...) name(__VA_ARGS__)

#endif

size_t ranks_place(
    const ranks_items *items, const ranks_guide *guide, int32_t *counts, int32_t *tables, uint32_t *doubtful) {
    return CHOOSE(place, items, guide, counts, tables, doubtful);
}

void ranks_prefetch(const ranks_guide *guide) {
    const char *places = (const char *)guide->places, *values = (const char *)guide->values;
    const size_t places_size = guide->range_count > 0 ? 2 * ((size_t)guide->range_count + 6) : 0;
    for (size_t i = 0; i < places_size; i += 64) __builtin_prefetch(places + i);
    const size_t values_size = sizeof(float) * (size_t)guide->relevant_count;
    for (size_t i = 0; i < values_size && i < 1024; i += 64) __builtin_prefetch(values + i);
}

void ranks_find(const ranks_guide *guide, float value, int32_t *first, int32_t *end) { find(guide, value, first, end); }

void ranks_add(float *sums, const float *values, size_t count) { CHOOSE(add, sums, values, count); }

void ranks_transpose(const float *from, size_t rows, size_t columns, float *to) { transpose(from, rows, columns, to); }

double ranks_inner_product(const float *x, const float *y, size_t count) {
    return CHOOSE(inner_product, x, y, count);
}

void ranks_precise_inner_product(const double *x, const double *y, size_t count, double *high, double *low) {
    CHOOSE(precise_inner_product, x, y, count, high, low);
}

void ranks_precise_inner_product_of_floats(
    const float *x, const float *y, size_t count, double *high, double *low) {
    CHOOSE(precise_inner_product_of_floats, x, y, count, high, low);
}

size_t ranks_bins(const double *similarities, size_t count, double doubt, int32_t *numbers, uint32_t *doubtful) {
    return CHOOSE(bins, similarities, count, doubt, numbers, doubtful);
}
