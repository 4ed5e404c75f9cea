// The innermost loops of ranking, with the instructions that newer processors of the x86 family have for them.

#ifndef RANKS_H
#define RANKS_H

#include <stddef.h>
#include <stdint.h>

// The relevant items of a query, by which others are placed.
typedef struct {
    // The similarities of the relevant items, descending, and their number; seven more numbers can be read after them.
    const float *values;
    int32_t relevant_count;
    // Values within this distance of each other may be in either order.
    float doubt;
    // Below this an item comes after all relevant ones.
    float lowest;
    // Ranges of equal width below `origin`, `scale` of them per unit; with none, each item is searched for. Values above
    // are in range 0, those from the end of the ranges down to `lowest` in the one after them, and those below in the next
    // four, in turn.
    float origin, scale;
    int32_t range_count;
    // For each range the place of every value in it; where that depends on the value, `relevant_count + 4` more than the
    // number of a relevant item of which all before are above the range by more than the doubt.
    const uint16_t *places;
    // How items and relevant items within the doubt compare.
    int32_t comparison;
    // Which equally similar relevant items an item comes before: those with higher numbers (0), none (1) or all (2).
    int32_t tie_order;
    // Each relevant item's row and number; the rows only for RANKS_SAME_ROW.
    const int32_t *rows, *numbers;
    // For RANKS_COSINES: the query's length, and each relevant item's inner product with it and squared length, all
    // integers of which products of three fit into 126 bits.
    double length;
    const double *inner_products, *squares;
} ranks_guide;

enum {
    // They stay in doubt.
    RANKS_UNKNOWN = 0,
    // They are equally similar. Relevant items of one value are in the order of their numbers.
    RANKS_EQUAL = 1,
    // They are equally similar if all of these relevant items are the same row as the item, and else stay in doubt.
    // Relevant items of one row are in the order of their numbers.
    RANKS_SAME_ROW = 2,
    // They are cosines of integers: a value plus its penalty, times both lengths, is the inner product if rounded.
    RANKS_COSINES = 3,
};

// The items to place.
typedef struct {
    // Products with the query, and what to take from each.
    const float *products, *penalties;
    size_t count;
    // Each item's row, for RANKS_SAME_ROW, and number.
    const int32_t *rows, *numbers;
    // Each item's length and its square, for RANKS_COSINES.
    const double *lengths, *squares;
} ranks_items;

// Counts items at their places: `counts[k]` grows by the number of items that come before the relevant items from the
// k-th on, but after those before it. Counts from `relevant_count` on, of which there are five, have no meaning.
//
// Returns how many items are in doubt, and writes their indices to `doubtful`, which has room for all. `tables` is room for
// `ranks_table_size` numbers.
size_t ranks_place(
    const ranks_items *items, const ranks_guide *guide, int32_t *counts, int32_t *tables, uint32_t *doubtful);

static inline size_t ranks_table_size(size_t relevant_count) { return 4 * (2 * relevant_count + 4); }

// Asks for what `ranks_place` reads of a guide, while other work goes on.
void ranks_prefetch(const ranks_guide *guide);

// The first relevant item whose value is not above `value` by more than the doubt, and the first one that is below it by
// more.
void ranks_find(const ranks_guide *guide, float value, int32_t *first, int32_t *end);

// Adds values to others.
void ranks_add(float *sums, const float *values, size_t count);

// Writes a matrix of rows × columns as columns × rows.
void ranks_transpose(const float *from, size_t rows, size_t columns, float *to);

// The inner product of two rows of floats, whose products are exact, summed up in double precision in some order.
double ranks_inner_product(const float *x, const float *y, size_t count);

// The inner product of two rows as an unevaluated sum, in about twice the precision of a double.
void ranks_precise_inner_product(const double *x, const double *y, size_t count, double *high, double *low);

// The same of two rows of floats.
void ranks_precise_inner_product_of_floats(
    const float *x, const float *y, size_t count, double *high, double *low);

// Whether the loops for newer processors serve where the processor has their instructions, as they do unless this is called.
// Tests compare both; what is counted is the same.
void ranks_allow_fast_loops(int is_allowed);

// The bins of similarities from -1 to 1: bin b has those whose multiple of 2^-30, rounded to the nearest, is from
// b 2^-20 - 1 up to, but not including, (b + 1) 2^-20 - 1.
//
// Returns how many of them are within `doubt` of another bin, and writes their indices to `doubtful`, which has room for all.
size_t ranks_bins(const double *similarities, size_t count, double doubt, int32_t *bins, uint32_t *doubtful);

#endif
