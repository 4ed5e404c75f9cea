// OpenVINO's C interface, loaded when the first network is read rather than when the program starts: most work needs no
// network, and then needs no OpenVINO either. The set-up script installs the headers into the clone and writes the
// openvino_c.pc that leads here.

#ifndef OODML_OPENVINO_H
#define OODML_OPENVINO_H

#if __has_include(<openvino/c/openvino.h>)
#include <openvino/c/openvino.h>
#else
#error "OpenVINO's headers were not found: run Scripts/setup, then build with PKG_CONFIG_PATH set to the whole path of .deps/pkgconfig"
#endif

#include <dlfcn.h>
#include <stddef.h>

// The functions in use, each without the prefix ov_.
#define OPENVINO_FUNCTIONS(EACH) \
    EACH(get_error_info) \
    EACH(get_last_err_msg) \
    EACH(free) \
    EACH(core_create) \
    EACH(core_free) \
    EACH(core_get_property) \
    EACH(core_read_model) \
    EACH(core_read_model_from_memory_buffer) \
    EACH(core_compile_model_props) \
    EACH(compiled_model_get_property) \
    EACH(compiled_model_create_infer_request) \
    EACH(compiled_model_free) \
    EACH(infer_request_get_input_tensor) \
    EACH(infer_request_get_output_tensor_by_index) \
    EACH(infer_request_infer) \
    EACH(infer_request_free) \
    EACH(tensor_get_size) \
    EACH(tensor_data) \
    EACH(tensor_free) \
    EACH(model_inputs_size) \
    EACH(model_outputs_size) \
    EACH(model_const_input_by_index) \
    EACH(model_const_output_by_index) \
    EACH(model_reshape_single_input) \
    EACH(model_free) \
    EACH(output_const_port_free) \
    EACH(port_get_any_name) \
    EACH(port_get_element_type) \
    EACH(port_get_partial_shape) \
    EACH(partial_shape_create_static) \
    EACH(partial_shape_free) \
    EACH(rank_is_dynamic) \
    EACH(preprocess_prepostprocessor_create) \
    EACH(preprocess_prepostprocessor_get_input_info_by_index) \
    EACH(preprocess_prepostprocessor_get_output_info_by_index) \
    EACH(preprocess_prepostprocessor_build) \
    EACH(preprocess_prepostprocessor_free) \
    EACH(preprocess_input_info_get_tensor_info) \
    EACH(preprocess_input_info_free) \
    EACH(preprocess_input_tensor_info_set_element_type) \
    EACH(preprocess_input_tensor_info_free) \
    EACH(preprocess_output_info_get_tensor_info) \
    EACH(preprocess_output_info_free) \
    EACH(preprocess_output_set_element_type) \
    EACH(preprocess_output_tensor_info_free)

// A pointer to each function.
typedef struct {
#define OPENVINO_POINTER(name) __typeof__(&ov_##name) name;
    OPENVINO_FUNCTIONS(OPENVINO_POINTER)
#undef OPENVINO_POINTER
} openvino_functions;

// Loads the library of that name, from where the program looks for libraries. Returns NULL, or why it cannot be used: a
// sentence of the loader, or the name of a function that the library lacks.
static inline const char *openvino_load(const char *library, openvino_functions *functions) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        return dlerror();
    }
#define OPENVINO_FIND(name) \
    functions->name = (__typeof__(functions->name))dlsym(handle, "ov_" #name); \
    if (functions->name == NULL) { \
        return "it has no function ov_" #name; \
    }
    OPENVINO_FUNCTIONS(OPENVINO_FIND)
#undef OPENVINO_FIND
    return NULL;
}

#endif
