// Only for the flags of pkg-config; CMPI includes <mpi.h>.
