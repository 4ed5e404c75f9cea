// Decodes JPEG, PNG, WebP, GIF and TIFF files in memory to 8-bit pixels, to the values that Pillow gives, and encodes
// small WebP pictures.
//
// This layer exists because libjpeg and libpng report errors by longjmp, which must not cross a Swift frame, and libtiff
// through functions with a variable number of arguments, which Swift cannot call: here every error becomes a status and
// one line of text. Colour profiles, gamma and EXIF orientation are ignored and transparency is dropped, all as Pillow's
// Image.convert does.
//
// Each decoder is called twice: without memory for the pixels it says how much it needs, so that the caller can decide
// before any is taken; then it fills what the caller gives it.
//
// Every function is reentrant: nothing is shared between calls.

#ifndef IMAGE_CODECS_H
#define IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    image_codecs_ok = 0,
    // There was no memory for the pixels; the dimensions and the sizes are known.
    image_codecs_measured,
    // The file ends before the image does.
    image_codecs_truncated,
    // The contents contradict the format.
    image_codecs_damaged,
    // A valid file of a kind that is not read, such as an animation.
    image_codecs_unsupported,
    // More pixels than image_codecs_pixel_limit.
    image_codecs_too_large,
    image_codecs_out_of_memory,
} image_codecs_status;

// Where Pillow refuses an image as a decompression bomb: twice a gigabyte divided by four and by three.
enum { image_codecs_pixel_limit = 178956970 };

typedef struct {
    int32_t width;
    int32_t height;
    // 1 (grey) or 3 (red, green, blue).
    int32_t channel_count;
    // height × width × channel_count values in row-major order, in the caller's memory of `capacity` bytes; NULL to measure.
    uint8_t *pixels;
    size_t capacity;
    // About how many bytes the codec takes beside the pixels.
    size_t codec_size;
    // What the codec said; empty where the status is image_codecs_ok.
    char message[256];
} image_codecs_image;

// Each decodes one file of `size` bytes, or measures it if `image` has no pixels.
image_codecs_status image_codecs_decode_jpeg(const uint8_t *bytes, size_t size, image_codecs_image *image);
image_codecs_status image_codecs_decode_png(const uint8_t *bytes, size_t size, image_codecs_image *image);
image_codecs_status image_codecs_decode_webp(const uint8_t *bytes, size_t size, image_codecs_image *image);
image_codecs_status image_codecs_decode_gif(const uint8_t *bytes, size_t size, image_codecs_image *image);

// The pixels are as stored; `orientation`, numbered as in EXIF, says how Pillow turns them when it opens the file.
image_codecs_status image_codecs_decode_tiff(
    const uint8_t *bytes, size_t size, image_codecs_image *image, int32_t *orientation);

// Encodes an image of 3 channels and at most 16383 pixels a side, with losses by a quality from 0 to 100; give the bytes to
// image_codecs_free_webp afterwards. The status is image_codecs_ok or image_codecs_out_of_memory.
image_codecs_status image_codecs_encode_webp(
    const image_codecs_image *image, float quality, uint8_t **bytes, size_t *size);
void image_codecs_free_webp(uint8_t *bytes);

// Swift sees a C array as a tuple, hence this accessor.
const char *image_codecs_message(const image_codecs_image *image);

#endif
