// The C interfaces of BLAS (OpenBLAS) and LAPACK (LAPACKE). Debian's OpenBLAS brings CBLAS and an optimised
// LAPACK but not LAPACKE, which is why two libraries are linked.

#include <cblas.h>
#include <lapacke.h>
