// What the decoders share.

#ifndef IMAGE_CODECS_COMMON_H
#define IMAGE_CODECS_COMMON_H

#include "image_codecs.h"

// Makes `image` an empty result, apart from the memory that the caller gave it.
void image_codecs_reset(image_codecs_image *image);

// Notes the dimensions and what the codec takes beside the pixels. The status is image_codecs_ok if the pixels can be
// written, image_codecs_measured if there is no memory for them yet, or that of dimensions beyond the limit.
image_codecs_status image_codecs_begin(
    image_codecs_image *image, uint64_t width, uint64_t height, int32_t channel_count, uint64_t codec_size);

// Notes why; returns `status`.
image_codecs_status image_codecs_fail(image_codecs_image *image, image_codecs_status status, const char *message);

// The product of two values from 0 to 255 where 255 stands for one, rounded as Pillow does.
static inline uint8_t image_codecs_over255(unsigned a, unsigned b) {
    unsigned product = a * b + 128;
    return (uint8_t)((product + (product >> 8)) >> 8);
}

#endif
