// libpng's full interface: its simplified one applies gamma, Pillow does not.

#include "common.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

struct source {
    const uint8_t *bytes;
    size_t size;
    size_t position;
    int is_animated;
    image_codecs_status status;
    char message[200];
};

static void on_error(png_structp codec, png_const_charp message) {
    struct source *source = png_get_error_ptr(codec);
    snprintf(source->message, sizeof source->message, "%s", message);
    png_longjmp(codec, 1);
}

static void on_warning(png_structp codec, png_const_charp message) {
    (void)codec;
    (void)message;
}

static void read_bytes(png_structp codec, png_bytep target, size_t count) {
    struct source *source = png_get_io_ptr(codec);
    if (count > source->size - source->position) {
        source->status = image_codecs_truncated;
        png_error(codec, "the file ends early");
    }
    memcpy(target, source->bytes + source->position, count);
    source->position += count;
}

// libpng does not know animations, and would take the image that stands in for one.
static int on_unknown_chunk(png_structp codec, png_unknown_chunkp chunk) {
    struct source *source = png_get_user_chunk_ptr(codec);
    if (memcmp(chunk->name, "acTL", 4) == 0 && chunk->size >= 4) {
        source->is_animated = png_get_uint_32(chunk->data) > 1;
    }
    return 1;
}

// Replaces indices, which fill the first third of a row, by colours; backwards, so that none is overwritten unread.
static void look_up(uint8_t *row, size_t width, const png_color *colours) {
    for (size_t x = width; x-- > 0;) {
        png_color colour = colours[row[x]];
        row[3 * x] = colour.red;
        row[3 * x + 1] = colour.green;
        row[3 * x + 2] = colour.blue;
    }
}

// An index beyond the palette means black, as in Pillow.
static void copy_palette(png_structp codec, png_infop info, png_color colours[256]) {
    png_colorp palette = NULL;
    int count = 0;
    png_get_PLTE(codec, info, &palette, &count);
    memset(colours, 0, 256 * sizeof *colours);
    memcpy(colours, palette, (size_t)count * sizeof *colours);
}

// Whether the chunks before the pixels lie in the file. libpng allocates what one announces before it reads it, and its own
// limit is but a warning.
static int chunks_fit(const struct source *source) {
    size_t position = 8;
    while (source->size - position >= 8) {
        size_t length = png_get_uint_32(source->bytes + position);
        if (memcmp(source->bytes + position + 4, "IDAT", 4) == 0) {
            return 1;
        }
        if (source->size - position < 12 || length > source->size - position - 12) {
            return 0;
        }
        position += 12 + length;
    }
    return 0;
}

// Everything that a longjmp may leave behind lives in the caller, outside the frame that calls setjmp.
static image_codecs_status decode(
    png_structp codec, png_infop info, struct source *source, image_codecs_image *image) {
    if (setjmp(png_jmpbuf(codec))) {
        return image_codecs_fail(image, source->status, source->message);
    }
    // The limit on pixels is ours; libpng's own limits are on each side alone.
    png_set_user_limits(codec, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // A damaged chunk is an error even where the pixels do not depend on it, as in Pillow.
    png_set_crc_action(codec, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_read_fn(codec, source, read_bytes);
    png_set_read_user_chunk_fn(codec, source, on_unknown_chunk);
    png_read_info(codec, info);
    if (source->is_animated) {
        return image_codecs_fail(image, image_codecs_unsupported, "an animated PNG");
    }

    int colour_type = png_get_color_type(codec, info);
    int bit_depth = png_get_bit_depth(codec, info);
    int is_palette = colour_type == PNG_COLOR_TYPE_PALETTE;
    int is_grey = !is_palette && !(colour_type & PNG_COLOR_MASK_COLOR);
    // libpng keeps a row, the row before, and one as it was unpacked.
    uint64_t codec_size = 3 * (uint64_t)png_get_rowbytes(codec, info);
    image_codecs_status status = image_codecs_begin(
        image, png_get_image_width(codec, info), png_get_image_height(codec, info), is_grey ? 1 : 3, codec_size);
    if (status != image_codecs_ok) {
        return status;
    }

    // The high byte, as Pillow does for 16-bit colour; its 16-bit grey saturates at 255, which loses nearly all.
    if (bit_depth == 16) {
        png_set_strip_16(codec);
    } else if (is_palette) {
        png_set_packing(codec);
    } else if (bit_depth < 8) {
        png_set_expand_gray_1_2_4_to_8(codec);
    }
    if (colour_type & PNG_COLOR_MASK_ALPHA) {
        png_set_strip_alpha(codec);
    }
    int pass_count = png_set_interlace_handling(codec);
    png_read_update_info(codec, info);

    size_t stride = (size_t)image->width * (size_t)image->channel_count;
    for (int pass = 0; pass < pass_count; pass++) {
        for (int32_t y = 0; y < image->height; y++) {
            png_read_row(codec, image->pixels + stride * (size_t)y, NULL);
        }
    }
    if (is_palette) {
        png_color colours[256];
        copy_palette(codec, info, colours);
        for (int32_t y = 0; y < image->height; y++) {
            look_up(image->pixels + stride * (size_t)y, (size_t)image->width, colours);
        }
    }
    return image_codecs_ok;
}

image_codecs_status image_codecs_decode_png(const uint8_t *bytes, size_t size, image_codecs_image *image) {
    image_codecs_reset(image);

    struct source source = {bytes, size, 0, 0, image_codecs_damaged, ""};
    if (size < 8 || !chunks_fit(&source)) {
        return image_codecs_fail(image, image_codecs_truncated, "the file ends early");
    }
    png_structp codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
    png_infop info = codec != NULL ? png_create_info_struct(codec) : NULL;
    image_codecs_status status =
        info != NULL
            ? decode(codec, info, &source, image)
            : image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for the codec");
    png_destroy_read_struct(&codec, &info, NULL);
    return status;
}
