#define _GNU_SOURCE
#include "filesystem.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

int filesystem_exchange(const char *a, const char *b) {
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

int filesystem_rename_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return -1;
    // Not in one step: only oodml's own lock keeps others away in between.
    struct stat status;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

ptrdiff_t filesystem_attributes(const char *path, char *names, size_t size) { return llistxattr(path, names, size); }

int filesystem_sync(int descriptor) { return syncfs(descriptor); }

const char *filesystem_own_file(void) {
    Dl_info info;
    return dladdr((const void *)filesystem_own_file, &info) != 0 ? info.dli_fname : NULL;
}
