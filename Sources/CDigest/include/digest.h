// SHA-256 by the instructions that newer processors of the x86 family have for it, which Swift cannot call.

#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether this processor has the instructions.
bool digest_has_sha256(void);

// Takes `count` blocks of 64 bytes into the state, as FIPS 180-4 does with the 64 constants; only if the processor can.
void digest_sha256(uint32_t state[8], const uint8_t *blocks, size_t count, const uint32_t constants[64]);

#endif
