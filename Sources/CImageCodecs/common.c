#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void image_codecs_reset(image_codecs_image *image) {
    memset(image, 0, sizeof *image);
}

image_codecs_status image_codecs_allocate(
    image_codecs_image *image, uint64_t width, uint64_t height, int32_t channel_count) {
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
    image->pixels = malloc((size_t)width * (size_t)height * (size_t)channel_count);
    if (image->pixels == NULL) {
        return image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for the pixels");
    }
    return image_codecs_ok;
}

image_codecs_status image_codecs_fail(image_codecs_image *image, image_codecs_status status, const char *message) {
    image_codecs_free(image);
    snprintf(image->message, sizeof image->message, "%s", message);
    return status;
}

void image_codecs_free(image_codecs_image *image) {
    free(image->pixels);
    image->pixels = NULL;
}

const char *image_codecs_message(const image_codecs_image *image) {
    return image->message;
}
