// libtiff reports errors by value, and its messages through handlers that belong to one file each. Which kinds are read is
// in tiff_layout.c, how samples become pixels in tiff_pixels.c.

#include "tiff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t count) {
    struct tiff_source *source = handle;
    uint64_t left = source->position < source->size ? source->size - source->position : 0;
    uint64_t wanted = count > 0 ? (uint64_t)count : 0;
    if (wanted > left) {
        source->ended = 1;
        wanted = left;
    }
    if (wanted > 0) {
        memcpy(target, source->bytes + source->position, (size_t)wanted);
    }
    source->position += wanted;
    return (tmsize_t)wanted;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t count) {
    (void)handle;
    (void)bytes;
    (void)count;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    struct tiff_source *source = handle;
    uint64_t base = whence == SEEK_CUR ? source->position : whence == SEEK_END ? source->size : 0;
    source->position = base + offset;
    if (source->position > source->size) {
        source->ended = 1;
    }
    return source->position;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) {
    return ((struct tiff_source *)handle)->size;
}

static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    struct tiff_source *source = user;
    // The first message is nearest to the cause.
    if (source->message[0] == '\0') {
        vsnprintf(source->message, sizeof source->message, format, arguments);
    }
    return 1;
}

// Warnings of JPEG and fax data are about pixels that are made up; others leave the pixels whole.
static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    struct tiff_source *source = user;
    int is_of_pixels = module != NULL && (strstr(module, "JPEG") != NULL || strstr(module, "Fax") != NULL);
    if (source->is_reading_pixels && is_of_pixels) {
        source->is_guessed = 1;
        on_error(tiff, user, module, format, arguments);
    }
    return 1;
}

image_codecs_status tiff_fail(image_codecs_image *image, struct tiff_source *source) {
    // One line, whatever libtiff quotes from the file.
    for (char *byte = source->message; *byte != '\0'; byte++) {
        if ((unsigned char)*byte < 0x20 || (unsigned char)*byte > 0x7E) {
            *byte = '?';
        }
    }
    const char *message = source->message[0] != '\0' ? source->message : "the contents are not valid";
    return image_codecs_fail(image, source->ended ? image_codecs_truncated : image_codecs_damaged, message);
}

static image_codecs_status decode(
    TIFF *tiff, struct tiff_source *source, image_codecs_image *image, uint8_t **buffer, int32_t *orientation) {
    struct tiff_layout layout = {0};
    image_codecs_status status = tiff_require_one_page(tiff, source, image);
    if (status == image_codecs_ok) {
        status = tiff_read_layout(tiff, source, &layout, image);
    }
    if (status == image_codecs_ok) {
        // One strip or tile of each plane, and libtiff's own copy of a compressed one, which the file bounds.
        tmsize_t block_size = TIFFIsTiled(tiff) ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
        uint64_t plane_count = layout.planar == PLANARCONFIG_SEPARATE ? layout.samples : 1;
        status = image_codecs_begin(
            image, layout.width, layout.height,
            layout.photometric == PHOTOMETRIC_MINISBLACK || layout.photometric == PHOTOMETRIC_MINISWHITE ? 1 : 3,
            block_size > 0 ? (uint64_t)block_size * plane_count : 0);
    }
    if (status == image_codecs_ok) {
        status = tiff_read_pixels(tiff, source, &layout, image, buffer);
    }
    *orientation = layout.orientation;
    return status;
}

image_codecs_status image_codecs_decode_tiff(
    const uint8_t *bytes, size_t size, image_codecs_image *image, int32_t *orientation) {
    image_codecs_reset(image);
    *orientation = ORIENTATION_TOPLEFT;

    struct tiff_source source = {bytes, size, 0, 0, 0, 0, ""};
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL) {
        return image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for the codec");
    }
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, &source);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, &source);
    // Announced sizes are not believed beyond what the largest image needs.
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)image_codecs_pixel_limit * 16);
    TIFF *tiff = TIFFClientOpenExt(
        "image", "rm", &source, read_bytes, write_bytes, seek, close_nothing, size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    if (tiff == NULL) {
        return tiff_fail(image, &source);
    }
    uint8_t *buffer = NULL;
    image_codecs_status status = decode(tiff, &source, image, &buffer, orientation);
    free(buffer);
    TIFFClose(tiff);
    return status;
}
