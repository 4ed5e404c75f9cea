#define _GNU_SOURCE
#include "filesystem.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What is mapped, for the handler of a signal, which may only look.
enum { mapping_limit = 64 };
typedef struct {
    _Atomic(const char *) start;
    size_t size;
    char *path;
} mapping;

static mapping mappings[mapping_limit];
static atomic_flag is_changing = ATOMIC_FLAG_INIT;
static atomic_int sentences = STDERR_FILENO;

static void say(const char *text) {
    size_t size = strlen(text);
    while (size > 0) {
        const ssize_t done = write(atomic_load(&sentences), text, size);
        if (done <= 0) return;
        text += done;
        size -= (size_t)done;
    }
}

// A page of a file that is not there any more raises SIGBUS.
static void page_is_gone(int number, siginfo_t *info, void *context) {
    (void)context;
    const char *at = info->si_addr;
    for (int i = 0; i < mapping_limit; i++) {
        const char *start = atomic_load(&mappings[i].start);
        if (start == NULL || at < start || at >= start + mappings[i].size) continue;
        say("Error: ");
        say(mappings[i].path);
        say(": it became shorter, or could not be read, while it was used\n");
        _exit(EXIT_FAILURE);
    }
    signal(number, SIG_DFL);
    raise(number);
}

const void *filesystem_map(int descriptor, size_t size, const char *path) {
    char *name = strdup(path);
    void *bytes = name == NULL ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (bytes == MAP_FAILED) {
        free(name);
        return NULL;
    }
    while (atomic_flag_test_and_set(&is_changing)) {
    }
    static int is_handled = 0;
    if (!is_handled) {
        struct sigaction action = {.sa_sigaction = page_is_gone, .sa_flags = SA_SIGINFO};
        sigemptyset(&action.sa_mask);
        is_handled = sigaction(SIGBUS, &action, NULL) == 0;
    }
    int place = 0;
    while (place < mapping_limit && atomic_load(&mappings[place].start) != NULL) place++;
    const int is_known = is_handled && place < mapping_limit;
    if (is_known) {
        mappings[place].size = size;
        mappings[place].path = name;
        atomic_store(&mappings[place].start, bytes);
    }
    atomic_flag_clear(&is_changing);
    if (!is_known) {
        munmap(bytes, size);
        free(name);
        errno = EMFILE;
        return NULL;
    }
    return bytes;
}

void filesystem_unmap(const void *bytes, size_t size) {
    while (atomic_flag_test_and_set(&is_changing)) {
    }
    for (int i = 0; i < mapping_limit; i++) {
        if (atomic_load(&mappings[i].start) != bytes) continue;
        atomic_store(&mappings[i].start, NULL);
        free(mappings[i].path);
    }
    munmap((void *)bytes, size);
    atomic_flag_clear(&is_changing);
}

void filesystem_say_on(int descriptor) { atomic_store(&sentences, descriptor); }
