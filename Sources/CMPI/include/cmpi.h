// The few calls of MPI that oodml makes. MPI's own names are macros, which differ between implementations and cannot be
// called from Swift.
//
// Without OODML_MPI, which the package's trait MPI sets, there is nothing here.
#ifndef OODML_CMPI_H
#define OODML_CMPI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether the package was built with MPI.
int mpi_is_built_in(void);

/// Begins MPI, and ends it when the process ends. Only the thread that calls this may call the others.
///
/// Returns 0, or a code of MPI.
int mpi_begin(void);

/// The number of this process, and how many there are.
int mpi_rank(void);
int mpi_count(void);

/// The name of this machine; `name` has room for `size` bytes.
void mpi_host(char *name, int size);

/// Tells every process how many bytes each has.
void mpi_gather_sizes(int64_t size, int64_t *sizes);

/// Gives every process the bytes of all, one process after the other; `sizes` are those of mpi_gather_sizes.
void mpi_gather(const void *bytes, const int64_t *sizes, void *all);

/// Replaces numbers by their sums over all processes.
void mpi_sum(int32_t *values, int64_t count);

#ifdef __cplusplus
}
#endif

#endif
