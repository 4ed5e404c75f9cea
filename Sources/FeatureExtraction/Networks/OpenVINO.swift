internal import Files
internal import COpenVINO
import Foundation

/// The file of OpenVINO's C interface; its name has the version that `Scripts/requirements/setup.txt` pins, 26.4.1.
///
/// Another version may give other embeddings, and its interface may differ.
package let openVINOLibrary = "libopenvino_c.so.2641"

/// OpenVINO's functions, loaded at the first use; call none before ``requireOpenVINO()`` has returned.
let openVINO: openvino_functions = loadedOpenVINO.functions

private let loadedOpenVINO: (functions: openvino_functions, failure: String?) = {
    var functions = openvino_functions()
    let failure = openvino_load(openVINOLibrary, &functions).map { String(cString: $0) }
    return (functions, failure)
}()

/// Fails where OpenVINO's library is not found or lacks a function.
func requireOpenVINO() throws(OpenVINOFailure) {
    if let failure = loadedOpenVINO.failure { throw OpenVINOFailure(reason: failure) }
}

/// OpenVINO's error message, in one line.
struct OpenVINOFailure: Error {
    let reason: String

    init(_ status: ov_status_e) {
        let message = openVINO.get_last_err_msg().map { String(cString: $0) } ?? ""
        reason =
            OpenVINOFailure.summary(of: message) ?? openVINO.get_error_info(status).map { String(cString: $0) }
            ?? "no reason given"
    }

    init(reason: String) { self.reason = reason }

    /// The last line of a message, which gives the cause; the others give places in OpenVINO's source.
    private static func summary(of message: String) -> String? {
        let lines = message.textLines.filter { !$0.isEmpty }.map {
            $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t-"))
        }
        guard let cause = lines.last(where: { !$0.isEmpty && $0 != "null" }) else { return nil }
        return cause.count > 240 ? cause.prefix(240) + "…" : cause
    }
}

/// Turns an OpenVINO status into an error.
func check(_ status: ov_status_e) throws {
    guard status == OK else { throw OpenVINOFailure(status) }
}

/// The object that a call returns through its last argument.
func created(_ create: (UnsafeMutablePointer<OpaquePointer?>) -> ov_status_e) throws -> OpaquePointer {
    var pointer: OpaquePointer?
    try check(create(&pointer))
    guard let pointer else { throw OpenVINOFailure(reason: "a call succeeded without a result") }
    return pointer
}

/// The name, type and shape of an input or output of a network.
struct Port {
    let name: String
    let elementType: ov_element_type_e
    /// The sizes, with nil for free ones; nil as a whole if not even their number is fixed.
    let sizes: [Int?]?

    init(_ port: OpaquePointer) throws {
        var characters: UnsafeMutablePointer<CChar>?
        // Outputs of ONNX files always have names; those of OpenVINO's own files need not.
        if openVINO.port_get_any_name(port, &characters) == OK, let characters {
            name = String(cString: characters)
            openVINO.free(characters)
        } else {
            name = "unnamed"
        }
        var type = ov_element_type_e(0)
        try check(openVINO.port_get_element_type(port, &type))
        elementType = type
        var shape = ov_partial_shape_t()
        try check(openVINO.port_get_partial_shape(port, &shape))
        defer { openVINO.partial_shape_free(&shape) }
        if openVINO.rank_is_dynamic(shape.rank) {
            sizes = nil
        } else {
            let dimensions = UnsafeBufferPointer(start: shape.dims, count: Int(shape.rank.max))
            sizes = dimensions.map { $0.min == $0.max ? Int($0.min) : nil }
        }
    }

    /// The shape as messages write it.
    var shape: String {
        guard let sizes else { return "[…]" }
        return "[" + sizes.map { $0.map(String.init) ?? "?" }.joined(separator: " × ") + "]"
    }

    /// The element type as messages write it.
    var typeName: String {
        let names: [ov_element_type_e: String] = [
            BF16: "bfloat16", F16: "float16", F32: "float32", F64: "float64", I8: "int8",
            I32: "int32", I64: "int64", U8: "uint8",
        ]
        return names[elementType] ?? "another type"
    }
}

/// A network that has been read but not compiled.
final class NetworkDescription {
    let pointer: OpaquePointer
    let inputs: [Port]
    let outputs: [Port]
    /// The type of the input before ``withSinglePrecision()`` made it float32; nil if it did not.
    let ownInputType: String?

    /// Takes ownership of `pointer`.
    init(taking pointer: OpaquePointer, ownInputType: String? = nil) throws {
        self.ownInputType = ownInputType
        do {
            inputs = try NetworkDescription.ports(
                openVINO.model_inputs_size, openVINO.model_const_input_by_index, pointer)
            outputs = try NetworkDescription.ports(
                openVINO.model_outputs_size, openVINO.model_const_output_by_index, pointer)
            self.pointer = pointer
        } catch {
            openVINO.model_free(pointer)
            throw error
        }
    }

    deinit { openVINO.model_free(pointer) }

    private static func ports(
        _ count: (OpaquePointer, UnsafeMutablePointer<Int>) -> ov_status_e,
        _ port: (OpaquePointer, Int, UnsafeMutablePointer<OpaquePointer?>) -> ov_status_e, _ model: OpaquePointer
    ) throws -> [Port] {
        var size = 0
        try check(count(model, &size))
        return try (0..<size).map { index in
            let pointer = try created { port(model, index, $0) }
            defer { openVINO.output_const_port_free(pointer) }
            return try Port(pointer)
        }
    }

    /// Gives the only input a fully fixed shape.
    func reshape(_ sizes: [Int]) throws {
        var shape = ov_partial_shape_t()
        try check(openVINO.partial_shape_create_static(Int64(sizes.count), sizes.map(Int64.init), &shape))
        defer { openVINO.partial_shape_free(&shape) }
        try check(openVINO.model_reshape_single_input(pointer, shape))
    }

    /// An output with its current shape.
    func output(_ index: Int) throws -> Port {
        let port = try created { openVINO.model_const_output_by_index(pointer, index, $0) }
        defer { openVINO.output_const_port_free(port) }
        return try Port(port)
    }
}
