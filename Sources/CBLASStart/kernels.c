#include "kernels.h"

#if defined(__x86_64__) && defined(__linux__)

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// Of OpenBLAS built for processors of many kinds; weak, because a build for one kind does not have them.
extern void *gotoblas __attribute__((weak));
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
extern char *gotoblas_corename(void) __attribute__((weak));

extern char **environ;

static const char *value_of(const char *name, char **variables) {
    size_t length = strlen(name);
    for (; variables != NULL && *variables != NULL; variables++) {
        if (strncmp(*variables, name, length) == 0 && (*variables)[length] == '=') {
            return *variables + length + 1;
        }
    }
    return NULL;
}

// Whether kernels, by OpenBLAS's name of them, are of before AVX2.
static bool are_without_avx2(const char *kernels) {
    static const char *const names[] = {
        "Katmai",    "Coppermine", "Northwood",   "Prescott", "Banias",       "Atom",      "Core2",
        "Penryn",    "Dunnington", "Nehalem",     "Sandybridge",                             // Intel's
        "Athlon",    "Opteron",    "Opteron_SSE3", "Barcelona", "Bobcat",     "Bulldozer", "Piledriver",
        "Steamroller",                                                                       // AMD's
        "Nano",                                                                              // VIA's
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(kernels, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

// The setting that suits the processor's instructions, or none if it has no AVX2. What the system does not let programs
// use counts as missing.
static const char *setting_for_processor(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        return NULL;
    }
    bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return has_avx512 ? "OPENBLAS_CORETYPE=SkylakeX" : "OPENBLAS_CORETYPE=Haswell";
}

// OpenBLAS asks for its setting by `getenv`, so there is one for it while it chooses. All other variables stay visible,
// in case that a library is loaded into a process with threads that read them; a thread may still do so afterwards, so the
// list is never given back.
static void choose_with(const char *setting, char **variables) {
    static char *with_setting[1 << 13];
    size_t count = 0;
    while (variables != NULL && variables[count] != NULL) {
        count++;
    }
    if (count + 2 > sizeof with_setting / sizeof *with_setting) {
        gotoblas_dynamic_init();
        return;
    }
    with_setting[0] = (char *)setting;
    for (size_t i = 0; i < count; i++) {
        with_setting[i + 1] = variables[i];
    }
    with_setting[count + 1] = NULL;

    char **before = environ;
    environ = with_setting;
    gotoblas_dynamic_init();
    environ = before;
}

static void say(const char *kernels) {
    const char *parts[] = {"Core: ", kernels, " (chosen by oodml from the processor's instructions)\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0) {
            return;
        }
    }
}

void kernels_choose(char **variables) {
    if (&gotoblas == NULL || gotoblas_dynamic_init == NULL || gotoblas_dynamic_quit == NULL || gotoblas_corename == NULL ||
        gotoblas != NULL || value_of("OPENBLAS_CORETYPE", variables) != NULL) {
        return;
    }
    const char *setting = setting_for_processor();
    if (setting == NULL) {
        return;
    }
    gotoblas_dynamic_init();
    bool is_fallback = are_without_avx2(gotoblas_corename());
    gotoblas_dynamic_quit();
    if (!is_fallback) {
        return;  // OpenBLAS will choose the same again.
    }
    choose_with(setting, variables);
    const char *verbosity = value_of("OPENBLAS_VERBOSE", variables);
    if (verbosity != NULL && *verbosity >= '2' && *verbosity <= '9') {
        say(gotoblas_corename());
    }
}

#else

void kernels_choose(char **variables) {
    (void)variables;
}

#endif
