// The C interface of liboodml.so: runs a command of oodml in the calling process, on arrays in memory.
//
// A command, its options, its result and its errors are those of the program, so `oodml COMMAND --help` documents them. With
// `--format json` the result is one JSON value, by the schemas that the documentation lists. An array takes the place of a
// file: an option names it by its path below OODML_FOLDER.
//
//     const size_t sizes[] = {n, d};
//     const oodml_array arrays[] = {{"embeddings.npy", "<f4", 2, sizes, embeddings}, {"labels.npy", "<i8", 1, sizes, labels}};
//     const char *words[] = {"score", OODML_FOLDER "embeddings.npy", "--labels", OODML_FOLDER "labels.npy", "--format", "json"};
//     oodml_answer answer;
//     if (oodml_run(words, sizeof words / sizeof *words, arrays, 2, NULL, NULL, &answer) == OODML_DONE) {
//         fwrite(answer.output, 1, answer.output_size, stdout);
//     } else {
//         fprintf(stderr, "%s\n", answer.error);
//     }
//     oodml_release(&answer);
//
// Calls may come from any thread; they run one after another. A call divides its work among threads of its own, and leaves
// those of other BLAS libraries in the process alone. A process that was forked from one that has called oodml_run can't: start
// such workers anew (spawn) instead.

#ifndef OODML_H
#define OODML_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The folder below which the arrays of a call are files.
#define OODML_FOLDER "/in-memory/"

// An array of a call, which is read only while the call lasts.
typedef struct {
    // The name of the file that it stands for, which no other array of the call has, with the extension that says how it is
    // read: .npy for an array of numbers or texts; any, as .csv, for the bytes of a file.
    const char *name;
    // The type of its elements as NumPy writes it, as "<f4", "<f2", "<i8", "|b1" or "<U12"; "bytes" for a file's bytes.
    const char *type;
    // The number of dimensions, at most 8, and the size of each; elements are in C order, without gaps.
    size_t dimension_count;
    const size_t *sizes;
    const void *elements;
} oodml_array;

// How a call ended.
typedef enum {
    OODML_DONE = 0,
    // The data or the machine failed.
    OODML_FAILED = 1,
    // An option, argument, word or array is wrong.
    OODML_MISUSED = 64,
    // oodml_stop, or the listener, ended the call.
    OODML_STOPPED = 130,
} oodml_status;

// What a listener is told.
typedef enum {
    // How far the work is; each line takes the place of the one before.
    OODML_PROGRESS = 0,
    // What was understood of the input.
    OODML_NOTE = 1,
    // What makes the result less reliable than it looks.
    OODML_WARNING = 2,
} oodml_event;

// Hears one line of UTF-8, on any thread, several of which may call at once. Returns 0, or anything else to stop the call.
// It must not call oodml_run, which would wait for the call that waits for it.
typedef int oodml_listener(void *context, oodml_event event, const char *line);

// What a call returns; an answer of NULL is OODML_MISUSED.
typedef struct {
    // What the program would print on standard output, and a NUL, which does not count in output_size; empty on failure.
    char *output;
    size_t output_size;
    // One sentence that says what was found and what was expected; NULL if the call is done.
    char *error;
} oodml_answer;

// Runs a command.
//
// words are the command, its arguments and options, word_count in all, without the name of the program.
// Sets *answer in all cases; oodml_release frees it.
oodml_status oodml_run(
    const char *const *words, size_t word_count, const oodml_array *arrays, size_t array_count, oodml_listener *listener,
    void *context, oodml_answer *answer);

// Asks the call under way to end soon: between steps of training, tasks of a series, and blocks of ranking. A call that comes later
// is not affected.
void oodml_stop(void);

// Frees what oodml_run allocated.
void oodml_release(oodml_answer *answer);

// The version of the library, as "0.1.0".
const char *oodml_version(void);

#ifdef __cplusplus
}
#endif

#endif
