// Unpacks the strips or tiles of a TIFF: libtiff's own conversion to RGBA gives other values than Pillow.

#include "tiff.h"

#include <stdlib.h>

static uint8_t clip(int value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Sample `index` of a row, as 8 bits; of wider samples the high byte.
static uint8_t sample(const uint8_t *row, size_t index, uint16_t bits) {
    switch (bits) {
    case 8: return row[index];
    case 16: return (uint8_t)(((const uint16_t *)(const void *)row)[index] >> 8);
    default: {
        size_t first = index * bits;
        return (uint8_t)(row[first / 8] >> (8 - bits - first % 8) & ((1u << bits) - 1));
    }
    }
}

static void store(const struct tiff_layout *layout, const uint8_t values[5], uint8_t *pixel) {
    unsigned greatest = layout->bits < 8 ? (1u << layout->bits) - 1 : 255;
    switch (layout->photometric) {
    case PHOTOMETRIC_MINISBLACK: pixel[0] = (uint8_t)(values[0] * 255 / greatest); break;
    case PHOTOMETRIC_MINISWHITE: pixel[0] = (uint8_t)(255 - values[0] * 255 / greatest); break;
    case PHOTOMETRIC_PALETTE:
        pixel[0] = (uint8_t)(layout->red[values[0]] >> 8);
        pixel[1] = (uint8_t)(layout->green[values[0]] >> 8);
        pixel[2] = (uint8_t)(layout->blue[values[0]] >> 8);
        break;
    case PHOTOMETRIC_SEPARATED:
        for (int i = 0; i < 3; i++) {
            unsigned rest = 255u - values[3];
            pixel[i] = clip((int)rest - image_codecs_over255(values[i], rest));
        }
        break;
    default:
        for (int i = 0; i < 3; i++) {
            uint8_t alpha = values[3];
            int is_plain = !layout->is_premultiplied || alpha == 255;
            pixel[i] = is_plain ? values[i] : alpha == 0 ? 0 : clip(values[i] * 255 / alpha);
        }
    }
}

// One strip or tile, which covers `width` × `height` samples from `left` and `top`, of which some may lie outside.
struct block {
    uint32_t left, top, width, height;
    // The samples of all planes, one plane after the other, or interleaved in one.
    uint8_t *bytes;
    size_t plane_size, row_size;
};

static void unpack(const struct tiff_layout *layout, const struct block *block, image_codecs_image *image) {
    int is_planar = layout->planar == PLANARCONFIG_SEPARATE && layout->samples > 1;
    uint16_t needed = (uint16_t)(layout->used + (layout->is_premultiplied ? 1 : 0));
    for (uint32_t y = 0; y < block->height && block->top + y < layout->height; y++) {
        for (uint32_t x = 0; x < block->width && block->left + x < layout->width; x++) {
            uint8_t values[5] = {0};
            for (uint16_t s = 0; s < needed; s++) {
                const uint8_t *row = block->bytes + (is_planar ? block->plane_size * s : 0) + block->row_size * y;
                values[s] = sample(row, is_planar ? x : (size_t)x * layout->samples + s, layout->bits);
            }
            size_t place = (size_t)(block->top + y) * layout->width + block->left + x;
            store(layout, values, image->pixels + place * (size_t)image->channel_count);
        }
    }
}

// Calls of libtiff that read one block give its size in bytes, or −1.
image_codecs_status tiff_read_pixels(
    TIFF *tiff, struct tiff_source *source, const struct tiff_layout *layout, image_codecs_image *image,
    uint8_t **buffer) {
    struct block block = {0};
    int is_tiled = TIFFIsTiled(tiff);
    uint32_t tall = layout->height;
    block.width = layout->width;
    if (is_tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &block.width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tall);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &tall);
        tall = tall > layout->height ? layout->height : tall;
    }
    tmsize_t size = is_tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    tmsize_t row_size = is_tiled ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff);
    int plane_count = layout->planar == PLANARCONFIG_SEPARATE ? layout->samples : 1;
    if (block.width == 0 || tall == 0 || size <= 0 || row_size <= 0) {
        return tiff_fail(image, source);
    }
    // A tile may be announced far larger than its image.
    uint64_t interleaved = plane_count == 1 ? layout->samples : 1;
    if ((uint64_t)block.width * tall > image_codecs_pixel_limit ||
        (uint64_t)size > (uint64_t)image_codecs_pixel_limit * interleaved * 2) {
        return image_codecs_fail(image, image_codecs_damaged, "a strip or tile is larger than any image");
    }
    // What sizes say must hold what unpacking will read.
    if ((uint64_t)row_size < ((uint64_t)block.width * interleaved * layout->bits + 7) / 8 ||
        (uint64_t)row_size * tall > (uint64_t)size) {
        return image_codecs_fail(image, image_codecs_damaged, "the sizes of its strips or tiles contradict one another");
    }
    block.row_size = (size_t)row_size;
    block.plane_size = (size_t)size;
    block.bytes = *buffer = calloc((size_t)plane_count, (size_t)size);
    if (block.bytes == NULL) {
        return image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for a strip or tile");
    }

    source->is_reading_pixels = 1;
    for (block.top = 0; block.top < layout->height; block.top += tall) {
        for (block.left = 0; block.left < layout->width; block.left += block.width) {
            // The last strip may be shorter, and the strip before it need not.
            block.height = is_tiled || layout->height - block.top > tall ? tall : layout->height - block.top;
            for (int plane = 0; plane < plane_count; plane++) {
                uint32_t number = is_tiled ? TIFFComputeTile(tiff, block.left, block.top, 0, (uint16_t)plane)
                                           : TIFFComputeStrip(tiff, block.top, (uint16_t)plane);
                // Where a strip is not listed, libtiff would read the file's own header.
                if (number >= (is_tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff)) ||
                    TIFFGetStrileOffset(tiff, number) == 0 || TIFFGetStrileByteCount(tiff, number) == 0) {
                    return tiff_fail(image, source);
                }
                uint8_t *target = block.bytes + block.plane_size * (size_t)plane;
                tmsize_t expected = is_tiled ? size : (tmsize_t)(block.row_size * block.height);
                tmsize_t count =
                    is_tiled
                        ? TIFFReadEncodedTile(tiff, number, target, size)
                        : TIFFReadEncodedStrip(tiff, number, target, expected);
                if (count != expected || source->is_guessed) {
                    return tiff_fail(image, source);
                }
            }
            unpack(layout, &block, image);
        }
    }
    return image_codecs_ok;
}
