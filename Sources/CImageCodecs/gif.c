// giflib reports errors by value, but its DGifSlurp keeps every frame of an animation: here the first is decoded row by
// row, and a second one ends the reading.

#include "common.h"

#include <stdio.h>
#include <string.h>

#include <gif_lib.h>

struct source {
    const uint8_t *bytes;
    size_t size;
    size_t position;
    int ended;
};

static int read_bytes(GifFileType *codec, GifByteType *target, int count) {
    struct source *source = codec->UserData;
    size_t wanted = count > 0 ? (size_t)count : 0;
    size_t left = source->size - source->position;
    if (wanted > left) {
        source->ended = 1;
        wanted = left;
    }
    memcpy(target, source->bytes + source->position, wanted);
    source->position += wanted;
    return (int)wanted;
}

static image_codecs_status fail(image_codecs_image *image, const struct source *source, int code) {
    if (source->ended) {
        return image_codecs_fail(image, image_codecs_truncated, "the file ends early");
    }
    if (code == D_GIF_ERR_NOT_ENOUGH_MEM) {
        return image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for the codec");
    }
    const char *message = GifErrorString(code);
    return image_codecs_fail(image, image_codecs_damaged, message != NULL ? message : "the contents are not valid");
}

// The colour that fills the screen where the frame does not cover it: Pillow takes the transparent one, else the first.
static int read_extensions(GifFileType *codec, int code, const GifByteType *data, int *transparent) {
    if (code == GRAPHICS_EXT_FUNC_CODE && data != NULL) {
        GraphicsControlBlock control;
        if (DGifExtensionToGCB(data[0], data + 1, &control) == GIF_OK) {
            *transparent = control.TransparentColor;
        }
    }
    while (data != NULL) {
        GifByteType *next = NULL;
        if (DGifGetExtensionNext(codec, &next) == GIF_ERROR) {
            return GIF_ERROR;
        }
        data = next;
    }
    return GIF_OK;
}

static void store(image_codecs_image *image, size_t place, GifByteType index, const ColorMapObject *colours) {
    uint8_t *pixel = image->pixels + place * (size_t)image->channel_count;
    if (image->channel_count == 1) {
        pixel[0] = index;
    } else if (index < colours->ColorCount) {
        pixel[0] = colours->Colors[index].Red;
        pixel[1] = colours->Colors[index].Green;
        pixel[2] = colours->Colors[index].Blue;
    } else {
        // An index beyond the palette means black, as in Pillow.
        memset(pixel, 0, 3);
    }
}

static image_codecs_status decode_frame(
    GifFileType *codec, struct source *source, int transparent, image_codecs_image *image) {
    GifImageDesc frame = codec->Image;
    const ColorMapObject *colours = frame.ColorMap != NULL ? frame.ColorMap : codec->SColorMap;
    // The bounds of a frame are 16-bit values, so their sums fit. Pillow widens the screen to hold the first frame.
    int width = codec->SWidth, height = codec->SHeight;
    width = frame.Left + frame.Width > width ? frame.Left + frame.Width : width;
    height = frame.Top + frame.Height > height ? frame.Top + frame.Height : height;
    if (frame.Width <= 0 || frame.Height <= 0) {
        return image_codecs_fail(image, image_codecs_damaged, "the frame has no pixels");
    }
    image_codecs_status status =
        image_codecs_begin(image, (uint64_t)width, (uint64_t)height, colours != NULL ? 3 : 1, 0);
    if (status != image_codecs_ok) {
        return status;
    }
    if (frame.Width < width || frame.Height < height) {
        for (int x = 0; x < width; x++) {
            store(image, (size_t)x, transparent >= 0 ? (GifByteType)transparent : 0, colours);
        }
        size_t row_size = (size_t)width * (size_t)image->channel_count;
        for (int y = 1; y < height; y++) {
            memcpy(image->pixels + row_size * (size_t)y, image->pixels, row_size);
        }
    }
    // The rows of an interlaced frame come in four passes.
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    GifByteType row[65536];
    int passes = frame.Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; pass++) {
        int step = frame.Interlace ? steps[pass] : 1;
        for (int y = frame.Interlace ? starts[pass] : 0; y < frame.Height; y += step) {
            if (DGifGetLine(codec, row, frame.Width) == GIF_ERROR) {
                return fail(image, source, codec->Error);
            }
            size_t start = (size_t)(frame.Top + y) * (size_t)width + (size_t)frame.Left;
            for (int x = 0; x < frame.Width; x++) {
                store(image, start + (size_t)x, row[x], colours);
            }
        }
    }
    return image_codecs_ok;
}

static image_codecs_status decode(GifFileType *codec, struct source *source, image_codecs_image *image) {
    int transparent = NO_TRANSPARENT_COLOR;
    for (;;) {
        GifRecordType kind;
        if (DGifGetRecordType(codec, &kind) == GIF_ERROR) {
            return fail(image, source, codec->Error);
        }
        if (kind == TERMINATE_RECORD_TYPE) {
            return image->width > 0
                       ? image_codecs_ok
                       : image_codecs_fail(image, image_codecs_damaged, "there is no image in the file");
        } else if (kind == IMAGE_DESC_RECORD_TYPE) {
            if (image->width > 0) {
                return image_codecs_fail(image, image_codecs_unsupported, "an animated GIF");
            }
            if (DGifGetImageDesc(codec) == GIF_ERROR) {
                return fail(image, source, codec->Error);
            }
            image_codecs_status status = decode_frame(codec, source, transparent, image);
            if (status != image_codecs_ok) {
                return status;
            }
        } else if (kind == EXTENSION_RECORD_TYPE) {
            int code;
            GifByteType *data = NULL;
            if (DGifGetExtension(codec, &code, &data) == GIF_ERROR ||
                read_extensions(codec, code, data, image->width == 0 ? &transparent : &(int){0}) == GIF_ERROR) {
                return fail(image, source, codec->Error);
            }
        } else {
            return fail(image, source, D_GIF_ERR_WRONG_RECORD);
        }
    }
}

image_codecs_status image_codecs_decode_gif(const uint8_t *bytes, size_t size, image_codecs_image *image) {
    image_codecs_reset(image);

    struct source source = {bytes, size, 0, 0};
    int code = 0;
    GifFileType *codec = DGifOpen(&source, read_bytes, &code);
    if (codec == NULL) {
        return fail(image, &source, code);
    }
    image_codecs_status status = decode(codec, &source, image);
    DGifCloseFile(codec, NULL);
    return status;
}
