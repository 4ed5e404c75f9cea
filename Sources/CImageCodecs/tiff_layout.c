// Which kinds of TIFF are read, and what their samples mean.

#include "tiff.h"

#include <stdio.h>

// Whether a directory is about a reduced copy or a mask of the image rather than another page.
static int is_secondary(TIFF *tiff) {
    uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

image_codecs_status tiff_require_one_page(TIFF *tiff, struct tiff_source *source, image_codecs_image *image) {
    // A camera's raw file may begin with a small copy of what it is about.
    if (is_secondary(tiff)) {
        return image_codecs_fail(image, image_codecs_unsupported, "a TIFF that begins with a reduced copy or a mask");
    }
    for (int count = 1; !TIFFLastDirectory(tiff); count++) {
        if (count > 64) {
            return image_codecs_fail(image, image_codecs_unsupported, "a TIFF of more than 64 directories");
        }
        if (!TIFFReadDirectory(tiff)) {
            return tiff_fail(image, source);
        }
        if (!is_secondary(tiff)) {
            return image_codecs_fail(image, image_codecs_unsupported, "a TIFF of several pages");
        }
    }
    return TIFFSetDirectory(tiff, 0) ? image_codecs_ok : tiff_fail(image, source);
}

static image_codecs_status refuse(image_codecs_image *image, const char *format, int value) {
    char message[120];
    snprintf(message, sizeof message, format, value);
    return image_codecs_fail(image, image_codecs_unsupported, message);
}

image_codecs_status tiff_read_layout(
    TIFF *tiff, struct tiff_source *source, struct tiff_layout *layout, image_codecs_image *image) {
    uint16_t format = SAMPLEFORMAT_UINT, extra_count = 0, ink_set = INKSET_CMYK;
    uint16_t *extras = NULL;
    uint32_t depth = 1;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout->width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout->height)) {
        return tiff_fail(image, source);
    }
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &layout->orientation);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extras);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_INKSET, &ink_set);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_IMAGEDEPTH, &depth);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric)) {
        return image_codecs_fail(image, image_codecs_damaged, "it does not say what its samples mean");
    }
    // Numbers are those of the format, where a name would be one more list to keep.
    switch (layout->compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_PACKBITS:
    case COMPRESSION_LZW:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_JPEG:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZMA:
    case COMPRESSION_ZSTD:
        break;
    default:
        return refuse(image, "a TIFF with compression %d", layout->compression);
    }
    if (depth != 1) {
        return refuse(image, "a TIFF of %d planes in depth", (int)depth);
    }
    if (format != SAMPLEFORMAT_UINT && layout->bits != 1) {
        return image_codecs_fail(
            image, image_codecs_unsupported,
            format == SAMPLEFORMAT_IEEEFP ? "a TIFF of floating-point samples" : "a TIFF of signed or unknown samples");
    }

    int is_deep = layout->bits == 16;
    switch (layout->photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_PALETTE:
        layout->used = 1;
        is_deep = 0;
        break;
    case PHOTOMETRIC_YCBCR:
        if (layout->compression != COMPRESSION_JPEG) {
            return image_codecs_fail(image, image_codecs_unsupported, "a TIFF in YCbCr without JPEG compression");
        }
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        layout->used = 3;
        is_deep = 0;
        break;
    case PHOTOMETRIC_RGB:
        layout->used = 3;
        break;
    case PHOTOMETRIC_SEPARATED:
        if (ink_set != INKSET_CMYK) {
            return image_codecs_fail(image, image_codecs_unsupported, "a TIFF of inks other than CMYK");
        }
        layout->used = 4;
        break;
    default:
        return refuse(image, "a TIFF with photometric interpretation %d", layout->photometric);
    }
    int is_narrow = layout->used == 1 && layout->samples == 1 &&
                    (layout->bits == 1 || layout->bits == 2 || layout->bits == 4);
    if (!is_narrow && layout->bits != 8 && !is_deep) {
        int is_grey = layout->used == 1;
        return refuse(
            image, is_grey ? "a TIFF of %d bits per grey sample" : "a TIFF of %d bits per sample", layout->bits);
    }
    if (layout->samples < layout->used || layout->samples > 16) {
        return refuse(image, "a TIFF of %d samples per pixel", layout->samples);
    }
    // Grey with a premultiplied alpha is left out because Pillow does not convert it either.
    if (extra_count > 0 && extras[0] == EXTRASAMPLE_ASSOCALPHA && layout->samples > layout->used) {
        if (layout->photometric != PHOTOMETRIC_RGB || layout->bits != 8) {
            return image_codecs_fail(
                image, image_codecs_unsupported, "a TIFF with a premultiplied alpha that is not in 8-bit RGB");
        }
        layout->is_premultiplied = 1;
    }
    if (layout->photometric == PHOTOMETRIC_PALETTE &&
        !TIFFGetField(tiff, TIFFTAG_COLORMAP, &layout->red, &layout->green, &layout->blue)) {
        return image_codecs_fail(image, image_codecs_damaged, "it has no palette");
    }
    return image_codecs_ok;
}
