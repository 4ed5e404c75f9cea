internal import CMatio
internal import Datasets
internal import Files

/// A variable of a MATLAB file with all its data, which is freed with the last reference.
final class MATLABVariable {
    let pointer: UnsafeMutablePointer<matvar_t>
    let name: String
    private let path: String

    init(_ name: String, of file: OpaquePointer, at path: String) throws {
        // The header alone first, to distinguish a missing variable from a damaged one.
        guard let header = Mat_VarReadInfo(file, name) else {
            throw FileError.malformed(path: path, found: "no variable \(name)", expected: "\(name), as in CARS196")
        }
        // libmatio would allocate memory for whatever dimensions the header claims.
        let isPlausible = elementCount(of: header.pointee) <= Self.elementLimit
        Mat_VarFree(header)
        guard isPlausible, let pointer = Mat_VarRead(file, name) else {
            throw FileError.malformed(
                path: path, found: "the variable \(name) damaged", expected: "one that can be read")
        }
        self.pointer = pointer
        self.name = name
        self.path = path
    }

    /// A thousand times what CARS196 has.
    private static let elementLimit = 16_000_000

    deinit {
        Mat_VarFree(pointer)
    }

    var kind: matio_classes { pointer.pointee.class_type }

    /// The number of elements over all dimensions.
    var count: Int { elementCount(of: pointer.pointee) }

    /// The names of the fields of an array of structures.
    var fieldNames: [String] {
        let names = Mat_VarGetStructFieldnames(pointer)
        return (0..<Int(Mat_VarGetNumberOfFields(pointer))).compactMap { names?[$0].map { String(cString: $0) } }
    }

    func unexpected(_ expected: String) -> FileError {
        .malformed(path: path, found: "the variable \(name) of another kind", expected: expected)
    }
}

/// The number of elements; `Int.max` if it overflows.
private func elementCount(of variable: matvar_t) -> Int {
    guard let dimensions = variable.dims, variable.rank > 0 else { return 0 }
    return (0..<Int(variable.rank)).reduce(1) { count, dimension in
        guard let size = Int(exactly: dimensions[dimension]) else { return .max }
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return overflow ? .max : product
    }
}

/// The text of a string variable; nil for anything else.
///
/// MATLAB writes UTF-16, others UTF-8 or ASCII.
func text(of variable: UnsafeMutablePointer<matvar_t>?) -> String? {
    guard let variable = variable?.pointee, variable.class_type == MAT_C_CHAR else { return nil }
    guard let data = variable.data else { return "" }
    // Longer than any path or name; a damaged size must not make every sample read far more.
    guard variable.nbytes <= 1 << 16 else { return nil }
    let bytes = UnsafeRawBufferPointer(start: data, count: variable.nbytes)
    switch variable.data_type {
    case MAT_T_UINT16, MAT_T_UTF16:
        return String(validating: bytes.bindMemory(to: UInt16.self), as: UTF16.self)
    case MAT_T_UINT8, MAT_T_INT8, MAT_T_UTF8:
        return String(validating: bytes, as: UTF8.self)
    default:
        return nil
    }
}

/// The number in a variable of one element; nil for anything else.
func scalar(in variable: UnsafeMutablePointer<matvar_t>?) -> Double? {
    guard let variable = variable?.pointee, variable.isComplex == 0, elementCount(of: variable) == 1,
        let data = UnsafeRawPointer(variable.data)
    else { return nil }
    func load<Number: BinaryInteger>(_: Number.Type) -> Double { Double(data.loadUnaligned(as: Number.self)) }
    switch variable.class_type {
    case MAT_C_DOUBLE: return data.loadUnaligned(as: Double.self)
    case MAT_C_SINGLE: return Double(data.loadUnaligned(as: Float.self))
    case MAT_C_INT8: return load(Int8.self)
    case MAT_C_UINT8: return load(UInt8.self)
    case MAT_C_INT16: return load(Int16.self)
    case MAT_C_UINT16: return load(UInt16.self)
    case MAT_C_INT32: return load(Int32.self)
    case MAT_C_UINT32: return load(UInt32.self)
    case MAT_C_INT64: return load(Int64.self)
    case MAT_C_UINT64: return load(UInt64.self)
    default: return nil
    }
}
