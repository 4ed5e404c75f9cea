// The kernels that OpenBLAS computes with, where it does not know the processor.
//
// OpenBLAS chooses by the processor's model number while it is loaded. A version that is older than the processor falls
// back to kernels for the oldest: Debian 12's (0.3.21) takes Intel's Emerald Rapids of 2023 for a Prescott of 2004, and
// products take several times as long. What the processor says of its instructions is enough to choose better.

#ifndef KERNELS_H
#define KERNELS_H

// Where OpenBLAS would fall back to kernels without AVX2 on a processor that has it, makes it choose those for the
// instructions that there are. Nothing is changed where OPENBLAS_CORETYPE says which, nor where OpenBLAS was initialised.
//
// Has an effect only before OpenBLAS is initialised; CStartup calls it.
//
// `variables` is the environment of the process, which glibc does not know yet when the first code of a program runs.
// With OPENBLAS_VERBOSE=2 the choice is printed on standard error, as OpenBLAS does with its own.
void kernels_choose(char **variables);

#endif
