// Deflate streams and CRC-32 of zip archives. The header of the system has all that is needed; a module map cannot name a
// system's header by itself.
#include <zlib.h>
