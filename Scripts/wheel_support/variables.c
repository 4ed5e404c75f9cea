// Variables that Debian's archives use in place of glibc's, and what happens before all else when the library is loaded.

#include <kernels.h>
#include <threads.h>

#include <stdio.h>

extern char **environ;

FILE *oodml_stdin, *oodml_stdout, *oodml_stderr;
char **oodml_environ;
int oodml_signgam;

// Comes before OpenBLAS's own constructor, which has no priority.
__attribute__((constructor(101))) static void begin(void) {
    oodml_stdin = stdin;
    oodml_stdout = stdout;
    oodml_stderr = stderr;
    oodml_environ = environ;
    threads_begin_blas_with_one();
    kernels_choose(environ);
}
