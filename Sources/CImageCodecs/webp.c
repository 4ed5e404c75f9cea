// libwebp reports errors by value; this file only brings them into the same form as the others.

#include "common.h"

#include <webp/decode.h>
#include <webp/encode.h>

static image_codecs_status fail(image_codecs_image *image, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return image_codecs_fail(image, image_codecs_truncated, "the file ends early");
    case VP8_STATUS_OUT_OF_MEMORY:
        return image_codecs_fail(image, image_codecs_out_of_memory, "there is not enough memory for the codec");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return image_codecs_fail(image, image_codecs_unsupported, "a WebP with a feature that libwebp does not read");
    default:
        return image_codecs_fail(image, image_codecs_damaged, "the WebP bitstream is not valid");
    }
}

image_codecs_status image_codecs_decode_webp(const uint8_t *bytes, size_t size, image_codecs_image *image) {
    image_codecs_reset(image);

    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        return image_codecs_fail(image, image_codecs_unsupported, "libwebp has another version than its header");
    }
    VP8StatusCode code = WebPGetFeatures(bytes, size, &config.input);
    if (code != VP8_STATUS_OK) {
        return fail(image, code);
    }
    if (config.input.has_animation) {
        return image_codecs_fail(image, image_codecs_unsupported, "an animated WebP");
    }
    // Without losses, all pixels are kept in four bytes before they are written; otherwise only the transparency is.
    uint64_t pixel_count = (uint64_t)config.input.width * (uint64_t)config.input.height;
    enum { format_without_losses = 2 };
    uint64_t codec_size = pixel_count * (config.input.format == format_without_losses ? 4 : config.input.has_alpha ? 1 : 0);
    image_codecs_status status =
        image_codecs_begin(image, (uint64_t)config.input.width, (uint64_t)config.input.height, 3, codec_size);
    if (status != image_codecs_ok) {
        return status;
    }
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = image->pixels;
    config.output.u.RGBA.stride = image->width * 3;
    config.output.u.RGBA.size = (size_t)image->width * (size_t)image->height * 3;
    code = WebPDecode(bytes, size, &config);
    WebPFreeDecBuffer(&config.output);
    return code == VP8_STATUS_OK ? image_codecs_ok : fail(image, code);
}

image_codecs_status image_codecs_encode_webp(
    const image_codecs_image *image, float quality, uint8_t **bytes, size_t *size) {
    uint8_t *encoded = NULL;
    size_t count = WebPEncodeRGB(image->pixels, image->width, image->height, image->width * 3, quality, &encoded);
    *bytes = encoded;
    *size = count;
    return count > 0 ? image_codecs_ok : image_codecs_out_of_memory;
}

void image_codecs_free_webp(uint8_t *bytes) {
    WebPFree(bytes);
}
