internal import COpenVINO

extension NetworkDescription {
    /// Whether the network takes bytes, and so pixels as they are.
    var takesBytes: Bool { ownInputType == "uint8" }

    /// The network with float32 at its only input and its outputs, where they were of another type that converts.
    ///
    /// Half precision, as `model.half()` leaves it, is computed in single precision all the same. Bytes get whole numbers
    /// from 0 to 255, which convert exactly.
    func withSinglePrecision() throws -> NetworkDescription {
        let floats: Set = [F16.rawValue, BF16.rawValue, F64.rawValue]
        guard inputs.count == 1 else { return self }
        let convertsInput = floats.contains(inputs[0].elementType.rawValue) || inputs[0].elementType == U8
        let converted = outputs.indices.filter { floats.contains(outputs[$0].elementType.rawValue) }
        guard convertsInput || !converted.isEmpty else { return self }
        let steps = try created { openVINO.preprocess_prepostprocessor_create(pointer, $0) }
        defer { openVINO.preprocess_prepostprocessor_free(steps) }
        if convertsInput {
            let input = try created { openVINO.preprocess_prepostprocessor_get_input_info_by_index(steps, 0, $0) }
            defer { openVINO.preprocess_input_info_free(input) }
            let tensor = try created { openVINO.preprocess_input_info_get_tensor_info(input, $0) }
            defer { openVINO.preprocess_input_tensor_info_free(tensor) }
            try check(openVINO.preprocess_input_tensor_info_set_element_type(tensor, F32))
        }
        for index in converted {
            let output = try created { openVINO.preprocess_prepostprocessor_get_output_info_by_index(steps, index, $0) }
            defer { openVINO.preprocess_output_info_free(output) }
            let tensor = try created { openVINO.preprocess_output_info_get_tensor_info(output, $0) }
            defer { openVINO.preprocess_output_tensor_info_free(tensor) }
            try check(openVINO.preprocess_output_set_element_type(tensor, F32))
        }
        return try NetworkDescription(
            taking: try created { openVINO.preprocess_prepostprocessor_build(steps, $0) },
            ownInputType: convertsInput ? inputs[0].typeName : nil)
    }
}
