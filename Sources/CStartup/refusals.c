// Ends the program with one sentence where the system refuses memory or a thread to a library that cannot bear it:
// OpenBLAS asks for the same memory for ever, and waits for threads that did not start; Dispatch tries again every second;
// Swift's runtime and Foundation crash, and OpenVINO hangs, aborts or blames the model. The image codecs report such a failure, and
// are left to.
//
// The functions below take the place of glibc's in the whole process, which glibc allows, and only look at the result.
// A sanitizer replaces them itself.

#define _GNU_SOURCE

#if __has_include(<gnu/libc-version.h>) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Whether the code that a call returns to belongs to a library that cannot bear a refusal.
static bool is_helpless(void *caller) {
    // liboodml is all of oodml as one library, with Swift's runtime and OpenBLAS inside.
    static const char *const names[] = {"libswift", "libFoundation", "lib_Foundation", "libdispatch", "libopenblas",
                                        "libopenvino", "libtbb", "libstdc++", "liboodml"};
    Dl_info info;
    if (!dladdr(caller, &info) || info.dli_fname == NULL) {
        return false;
    }
    const char *slash = strrchr(info.dli_fname, '/');
    const char *file = slash != NULL ? slash + 1 : info.dli_fname;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(file, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

// Uses no memory of its own, and runs nothing that may: the exit status is that of any failure of data or machine.
static _Noreturn void stop(const char *what) {
    char limits[160] = "";
    struct rlimit space, data;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
        snprintf(
            limits, sizeof limits, " within the limit of %llu kB on the address space (ulimit -v, h_vmem)",
            (unsigned long long)space.rlim_cur / 1024);
    } else if (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur != RLIM_INFINITY) {
        snprintf(
            limits, sizeof limits, " within the limit of %llu kB on data (ulimit -d, h_data)",
            (unsigned long long)data.rlim_cur / 1024);
    }
    struct rlimit processes;
    if (limits[0] == 0 && strcmp(what, "a thread") == 0 && getrlimit(RLIMIT_NPROC, &processes) == 0 &&
        processes.rlim_cur != RLIM_INFINITY) {
        snprintf(
            limits, sizeof limits, " within the limit of %llu processes (ulimit -u)",
            (unsigned long long)processes.rlim_cur);
    }
    char line[320];
    int length = snprintf(
        line, sizeof line, "Error: the system refused %s%s; expected a higher limit, or smaller data\n", what, limits);
    for (int written = 0; written < length;) {
        ssize_t count = write(STDERR_FILENO, line + written, (size_t)(length - written));
        if (count <= 0) {
            break;
        }
        written += (int)count;
    }
    _exit(EXIT_FAILURE);
}

static void *require(void *memory, size_t size, void *caller) {
    if (memory == NULL && size > 0 && is_helpless(caller)) {
        char what[64];
        snprintf(what, sizeof what, "%zu bytes of memory", size);
        stop(what);
    }
    return memory;
}

void *malloc(size_t size) {
    return require(__libc_malloc(size), size, __builtin_return_address(0));
}

void *calloc(size_t count, size_t size) {
    void *memory = __libc_calloc(count, size);
    if (memory != NULL || count == 0 || size > SIZE_MAX / count) {
        return memory;
    }
    return require(NULL, count * size, __builtin_return_address(0));
}

void *realloc(void *memory, size_t size) {
    return require(__libc_realloc(memory, size), size, __builtin_return_address(0));
}

void *memalign(size_t alignment, size_t size) {
    return require(__libc_memalign(alignment, size), size, __builtin_return_address(0));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return require(__libc_memalign(alignment, size), size, __builtin_return_address(0));
}

int posix_memalign(void **target, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    int former = errno;
    void *memory = require(__libc_memalign(alignment, size), size, __builtin_return_address(0));
    errno = former;
    if (memory == NULL) {
        return ENOMEM;
    }
    *target = memory;
    return 0;
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
    void *memory = (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
    if (memory == MAP_FAILED && errno == ENOMEM && (flags & MAP_ANONYMOUS) != 0) {
        require(NULL, size, __builtin_return_address(0));
        errno = ENOMEM;
    }
    return memory;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    typedef int creator(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    creator *create = (creator *)dlsym(RTLD_NEXT, "pthread_create");
    int code = create(thread, attributes, body, argument);
    if (code == EAGAIN && is_helpless(__builtin_return_address(0))) {
        stop("a thread");
    }
    return code;
}

#endif
