// The program of the wheel: all that it does is in liboodml.so.

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

extern int oodml_main(int count, char **arguments);

// Python, which names itself in OODML_PARENT, may be killed while it waits for this program; its work is then for nobody.
static void end_with_parent(void) {
    const char *parent = getenv("OODML_PARENT");
    if (parent != NULL && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() != (pid_t)strtol(parent, NULL, 10)) {
        _exit(128 + SIGTERM);
    }
}

int main(int count, char **arguments) {
    end_with_parent();
    return oodml_main(count, arguments);
}
