// libjpeg-turbo's defaults (accurate integer DCT, smooth chroma upsampling) are Pillow's too.

#include "common.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// libjpeg hands back a pointer to `base`, so it comes first.
struct failure {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    image_codecs_status status;
    char message[JMSG_LENGTH_MAX];
};

static void escape(j_common_ptr codec, image_codecs_status status) {
    struct failure *failure = (struct failure *)codec->err;
    failure->status = status;
    failure->base.format_message(codec, failure->message);
    longjmp(failure->escape, 1);
}

static void on_error(j_common_ptr codec) {
    int code = codec->err->msg_code;
    escape(codec, code == JERR_OUT_OF_MEMORY ? image_codecs_out_of_memory : image_codecs_damaged);
}

// libjpeg only warns where data ends early, and paints the rest grey; where a code has no meaning, a restart marker is
// missing or scans contradict one another, it guesses. Here these are errors. Its other warnings (bytes between segments,
// odd versions of markers) leave the pixels whole, and many a camera's files have them.
static void on_message(j_common_ptr codec, int level) {
    if (level >= 0) {
        return;
    }
    switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
        escape(codec, image_codecs_truncated);
        break;
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
        escape(codec, image_codecs_damaged);
        break;
    default:
        break;
    }
}

// Each scan of a progressive file is a pass over all pixels but may be a few bytes, so a small file could take hours.
// Encoders write about ten; libjpeg-turbo's own tools draw the line at 500 where it matters.
enum { scan_limit = 500 };

static void on_progress(j_common_ptr codec) {
    struct jpeg_decompress_struct *decoder = (struct jpeg_decompress_struct *)codec;
    if (decoder->input_scan_number > scan_limit) {
        struct failure *failure = (struct failure *)codec->err;
        failure->status = image_codecs_damaged;
        snprintf(failure->message, sizeof failure->message, "more than %d scans", scan_limit);
        longjmp(failure->escape, 1);
    }
}

static void stay_silent(j_common_ptr codec) {
    (void)codec;
}

// Files store CMYK inverted, as Adobe began it, so `c`, `m`, `y` and `k` are 255 minus the ink.
static void convert_cmyk(const uint8_t *cmyk, uint8_t *rgb, int32_t width) {
    for (int32_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        uint8_t k = cmyk[3];
        for (int i = 0; i < 3; i++) {
            rgb[i] = (uint8_t)(k - image_codecs_over255(255u - cmyk[i], k));
        }
    }
}

// Everything that a longjmp may leave behind lives here, outside the frame that calls setjmp.
struct decoder {
    struct jpeg_decompress_struct codec;
    struct failure failure;
    struct jpeg_progress_mgr progress;
    uint8_t *cmyk_row;
};

static image_codecs_status read_pixels(struct decoder *decoder, image_codecs_image *image) {
    struct jpeg_decompress_struct *codec = &decoder->codec;
    int32_t channel_count = codec->num_components == 1 ? 1 : 3;
    switch (codec->num_components) {
    case 1: codec->out_color_space = JCS_GRAYSCALE; break;
    case 3: codec->out_color_space = JCS_RGB; break;
    case 4: codec->out_color_space = JCS_CMYK; break;
    default: {
        char message[60];
        snprintf(message, sizeof message, "a JPEG of %d components", codec->num_components);
        return image_codecs_fail(image, image_codecs_unsupported, message);
    }
    }
    // Several scans are gathered as coefficients of two bytes, before the first pixel.
    uint64_t codec_size = 0;
    if (jpeg_has_multiple_scans(codec)) {
        for (int i = 0; i < codec->num_components; i++) {
            const jpeg_component_info *component = &codec->comp_info[i];
            codec_size += (uint64_t)component->width_in_blocks * component->height_in_blocks * DCTSIZE2 * sizeof(JCOEF);
        }
    }
    image_codecs_status status =
        image_codecs_begin(image, codec->image_width, codec->image_height, channel_count, codec_size);
    if (status != image_codecs_ok) {
        return status;
    }
    if (codec->num_components == 4) {
        decoder->cmyk_row = malloc((size_t)image->width * 4);
        if (decoder->cmyk_row == NULL) {
            return image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for a row");
        }
    }

    jpeg_start_decompress(codec);
    while (codec->output_scanline < codec->output_height) {
        uint8_t *row = image->pixels + (size_t)codec->output_scanline * (size_t)image->width * (size_t)channel_count;
        JSAMPROW target = decoder->cmyk_row != NULL ? decoder->cmyk_row : row;
        jpeg_read_scanlines(codec, &target, 1);
        if (decoder->cmyk_row != NULL) {
            convert_cmyk(decoder->cmyk_row, row, image->width);
        }
    }
    // Reads on to the end marker, so that a file without one is refused.
    jpeg_finish_decompress(codec);
    return image_codecs_ok;
}

static image_codecs_status decode(
    struct decoder *decoder, const uint8_t *bytes, size_t size, image_codecs_image *image) {
    if (setjmp(decoder->failure.escape)) {
        return image_codecs_fail(image, decoder->failure.status, decoder->failure.message);
    }
    jpeg_create_decompress(&decoder->codec);
    decoder->progress.progress_monitor = on_progress;
    decoder->codec.progress = &decoder->progress;
    jpeg_mem_src(&decoder->codec, bytes, (unsigned long)size);
    jpeg_read_header(&decoder->codec, TRUE);
    return read_pixels(decoder, image);
}

image_codecs_status image_codecs_decode_jpeg(const uint8_t *bytes, size_t size, image_codecs_image *image) {
    image_codecs_reset(image);

    // All zero, it may be destroyed even where its creation failed.
    struct decoder decoder;
    memset(&decoder, 0, sizeof decoder);
    decoder.codec.err = jpeg_std_error(&decoder.failure.base);
    decoder.failure.base.error_exit = on_error;
    decoder.failure.base.emit_message = on_message;
    decoder.failure.base.output_message = stay_silent;

    image_codecs_status status = decode(&decoder, bytes, size, image);
    jpeg_destroy_decompress(&decoder.codec);
    free(decoder.cmyk_row);
    return status;
}
