// The interface is implemented in Swift, by the target oodml; this file only makes the header a target of its own.
#include "oodml.h"
