#include "common.h"

#include <stdio.h>
#include <string.h>

void image_codecs_reset(image_codecs_image *image) {
    uint8_t *pixels = image->pixels;
    size_t capacity = image->capacity;
    memset(image, 0, sizeof *image);
    image->pixels = pixels;
    image->capacity = capacity;
}

image_codecs_status image_codecs_begin(
    image_codecs_image *image, uint64_t width, uint64_t height, int32_t channel_count, uint64_t codec_size) {
    if (width == 0 || height == 0) {
        return image_codecs_fail(image, image_codecs_damaged, "the image has no pixels");
    }
    // Either side may be near 2^32: divide rather than multiply.
    if (width > image_codecs_pixel_limit / height) {
        char message[80];
        snprintf(
            message, sizeof message, "%llu × %llu pixels", (unsigned long long)width, (unsigned long long)height);
        return image_codecs_fail(image, image_codecs_too_large, message);
    }
    image->width = (int32_t)width;
    image->height = (int32_t)height;
    image->channel_count = channel_count;
    image->codec_size = codec_size > SIZE_MAX ? SIZE_MAX : (size_t)codec_size;
    if (image->pixels == NULL) {
        return image_codecs_measured;
    }
    // The same bytes give the same dimensions, so this is a fault of the caller.
    if ((size_t)width * (size_t)height * (size_t)channel_count > image->capacity) {
        return image_codecs_fail(image, image_codecs_damaged, "the image has other dimensions than before");
    }
    return image_codecs_ok;
}

image_codecs_status image_codecs_fail(image_codecs_image *image, image_codecs_status status, const char *message) {
    snprintf(image->message, sizeof image->message, "%s", message);
    return status;
}

const char *image_codecs_message(const image_codecs_image *image) {
    return image->message;
}
