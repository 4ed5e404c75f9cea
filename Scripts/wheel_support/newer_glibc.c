// What the archives take from versions of glibc after 2.28.

#include <errno.h>

// 2.32: whether the process has one thread only. It never claims so: that only makes some code slower.
char __libc_single_threaded = 0;

// 2.29: for Foundation's Process, which oodml does not use.
int posix_spawn_file_actions_addchdir_np(void *actions, const char *path) {
    (void)actions;
    (void)path;
    return ENOSYS;
}
