// What the executable does before its libraries are initialised, and where they ask the system for memory or threads in
// vain. Linking this target is all that it takes; it must not be part of a library, because a shared object may not have
// such an entry and should not replace functions for others.

#ifndef STARTUP_H
#define STARTUP_H

#endif
