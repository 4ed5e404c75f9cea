// libmatio, which reads the files of MATLAB; Debian's libmatio-dev.

#include <matio.h>
