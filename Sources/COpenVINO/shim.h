// OpenVINO's C interface. The set-up script installs it into the clone and writes the openvino_c.pc that leads here.

#if __has_include(<openvino/c/openvino.h>)
#include <openvino/c/openvino.h>
#else
#error "OpenVINO's headers were not found: run Scripts/setup, then build with PKG_CONFIG_PATH set to the whole path of .deps/pkgconfig"
#endif
