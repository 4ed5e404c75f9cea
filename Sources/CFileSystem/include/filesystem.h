// Calls of Linux that Swift's Glibc module does not show.

#ifndef FILESYSTEM_H
#define FILESYSTEM_H

#include <stddef.h>

// Lets two paths change places in one step. Returns 0, or -1 with errno: EINVAL, ENOSYS or EOPNOTSUPP where the file
// system cannot.
int filesystem_exchange(const char *a, const char *b);

// Renames unless something has the new name. Returns 0, or -1 with errno, EEXIST if something has it.
int filesystem_rename_new(const char *from, const char *to);

// The names of the extended attributes of a path itself, each with its NUL. Returns their size, or -1 with errno.
ptrdiff_t filesystem_attributes(const char *path, char *names, size_t size);

// Flushes all of the file system that a descriptor is on.
int filesystem_sync(int descriptor);

// The bytes of a file where the system keeps them, to be read. If the file becomes shorter, reading what is gone ends the
// process with a sentence that names `path`. Returns NULL, with errno, where that is not possible.
const void *filesystem_map(int descriptor, size_t size, const char *path);

// Gives back what filesystem_map returned.
void filesystem_unmap(const void *bytes, size_t size);

// Where that sentence goes, if not to the standard error.
void filesystem_say_on(int descriptor);

// The path of the program or library that this function is a part of, or NULL if the system does not know it.
const char *filesystem_own_file(void);

#endif
