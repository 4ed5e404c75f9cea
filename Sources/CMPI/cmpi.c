#include "cmpi.h"

#ifdef OODML_MPI

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

int mpi_is_built_in(void) { return 1; }

static void end(void) {
    int ended = 0;
    MPI_Finalized(&ended);
    if (!ended) MPI_Finalize();
}

int mpi_begin(void) {
    int provided = 0;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    if (code == MPI_SUCCESS) atexit(end);
    return code;
}

int mpi_rank(void) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int mpi_count(void) {
    int count = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    return count;
}

void mpi_host(char *name, int size) {
    char own[MPI_MAX_PROCESSOR_NAME + 1] = {0};
    int length = 0;
    MPI_Get_processor_name(own, &length);
    strncpy(name, own, size - 1);
    name[size - 1] = 0;
}

void mpi_gather_sizes(int64_t size, int64_t *sizes) {
    MPI_Allgather(&size, 1, MPI_INT64_T, sizes, 1, MPI_INT64_T, MPI_COMM_WORLD);
}

// MPI counts in int, so what is larger travels in several rounds.
static const int64_t round_size = 1 << 30;

void mpi_gather(const void *bytes, const int64_t *sizes, void *all) {
    int count = mpi_count(), rank = mpi_rank();
    int64_t largest = 0, start = 0;
    for (int i = 0; i < count; i++) {
        if (sizes[i] > largest) largest = sizes[i];
    }
    int64_t part = round_size / count;
    int *counts = malloc(count * sizeof(int)), *places = malloc(count * sizeof(int));
    char *round = largest > part ? malloc((size_t)round_size) : all;
    if (!counts || !places || !round) MPI_Abort(MPI_COMM_WORLD, 1);
    do {
        int place = 0;
        for (int i = 0; i < count; i++) {
            int64_t left = sizes[i] - start;
            counts[i] = (int)(left < 0 ? 0 : left < part ? left : part);
            places[i] = place;
            place += counts[i];
        }
        MPI_Allgatherv(
            (const char *)bytes + start, counts[rank], MPI_BYTE, round, counts, places, MPI_BYTE, MPI_COMM_WORLD);
        if (round != all) {
            int64_t first = 0;
            for (int i = 0; i < count; i++) {
                memcpy((char *)all + first + start, round + places[i], counts[i]);
                first += sizes[i];
            }
        }
        start += part;
    } while (start < largest);
    if (round != all) free(round);
    free(counts);
    free(places);
}

void mpi_sum(int32_t *values, int64_t count) {
    for (int64_t start = 0; start < count; start += round_size) {
        int64_t part = count - start < round_size ? count - start : round_size;
        MPI_Allreduce(MPI_IN_PLACE, values + start, (int)part, MPI_INT32_T, MPI_SUM, MPI_COMM_WORLD);
    }
}

#else

int mpi_is_built_in(void) { return 0; }
int mpi_begin(void) { return 1; }
int mpi_rank(void) { return 0; }
int mpi_count(void) { return 1; }
void mpi_host(char *name, int size) {
    if (size > 0) name[0] = 0;
}
void mpi_gather_sizes(int64_t size, int64_t *sizes) { sizes[0] = size; }
void mpi_gather(const void *bytes, const int64_t *sizes, void *all) {
    (void)bytes;
    (void)sizes;
    (void)all;
}
void mpi_sum(int32_t *values, int64_t count) {
    (void)values;
    (void)count;
}

#endif
