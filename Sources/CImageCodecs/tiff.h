// What the parts of the reader of TIFF files share.

#ifndef IMAGE_CODECS_TIFF_H
#define IMAGE_CODECS_TIFF_H

#include "common.h"

#include <tiffio.h>

struct tiff_source {
    const uint8_t *bytes;
    size_t size;
    uint64_t position;
    // Something was asked for beyond the end.
    int ended;
    // The pixels are being read, and a warning means that some were guessed.
    int is_reading_pixels;
    int is_guessed;
    char message[200];
};

// Everything that says how samples become pixels.
struct tiff_layout {
    uint32_t width, height;
    uint16_t bits, samples, photometric, planar, compression, orientation;
    // How many of the samples are used: grey or an index, three colours, or four inks; and a premultiplied alpha.
    uint16_t used;
    int is_premultiplied;
    uint16_t *red, *green, *blue;
};

// Notes libtiff's first message, or a general one; returns whether the file ends early or is damaged.
image_codecs_status tiff_fail(image_codecs_image *image, struct tiff_source *source);

// Refuses a second page, which is another image; a reduced copy or a mask of the first is not. Ends at the first
// directory.
image_codecs_status tiff_require_one_page(TIFF *tiff, struct tiff_source *source, image_codecs_image *image);

// Reads what samples mean, and refuses what is not converted as Pillow does.
image_codecs_status tiff_read_layout(
    TIFF *tiff, struct tiff_source *source, struct tiff_layout *layout, image_codecs_image *image);

// Reads all strips or tiles into the pixels, with a buffer to be freed whatever the status.
image_codecs_status tiff_read_pixels(
    TIFF *tiff, struct tiff_source *source, const struct tiff_layout *layout, image_codecs_image *image,
    uint8_t **buffer);

#endif
