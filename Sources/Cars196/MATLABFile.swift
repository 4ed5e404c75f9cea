internal import CMatio
internal import Datasets
internal import Files
internal import Foundation

/// A MATLAB file, read with libmatio; supports only what image annotations need.
///
/// No other file touches libmatio's memory.
struct MATLABFile: ~Copyable {
    private let file: OpaquePointer
    private let path: String

    init(contentsOf url: URL) throws {
        path = url.path
        let notMATLAB = FileError.malformed(
            path: path, found: "no MATLAB file", expected: "one of level 5 or later")
        guard let file = Mat_Open(path, Int32(MAT_ACC_RDONLY.rawValue)) else {
            throw FileManager.default.isReadableFile(atPath: path)
                ? notMATLAB : FileError.unreadable(path: path, reason: "permission is denied")
        }
        // Level 4 files have no header, so libmatio mistakes any short file for one; they cannot hold structures
        // anyway.
        guard Mat_GetVersion(file) != MAT_FT_MAT4 else {
            Mat_Close(file)
            throw notMATLAB
        }
        self.file = file
    }

    deinit {
        Mat_Close(file)
    }

    /// The strings in a cell array variable.
    func strings(inCellArray name: String) throws -> [String] {
        let variable = try MATLABVariable(name, of: file, at: path)
        guard variable.kind == MAT_C_CELL, Int32(exactly: variable.count) != nil else {
            throw variable.unexpected("a cell array of strings")
        }
        return try (0..<variable.count).map { index in
            guard let text = text(of: Mat_VarGetCell(variable.pointer, Int32(index))) else {
                throw FileError.malformed(
                    path: path, found: "no text in cell \(index + 1) of \(name)", expected: "a string in every cell")
            }
            return text
        }
    }

    /// A variable that is an array of structures with at least these fields.
    func structs(_ name: String, fields: [String]) throws -> MATLABStructs {
        let variable = try MATLABVariable(name, of: file, at: path)
        guard variable.kind == MAT_C_STRUCT else { throw variable.unexpected("an array of structures") }
        let found = variable.fieldNames
        for field in fields where !found.contains(field) {
            throw FileError.malformed(
                path: path, found: "\(name) with the fields \(found.joined(separator: ", "))",
                expected: "a field \(field)")
        }
        return MATLABStructs(variable: variable, path: path)
    }
}

/// An array of structures in a MATLAB file.
struct MATLABStructs {
    fileprivate let variable: MATLABVariable
    fileprivate let path: String

    var count: Int { variable.count }

    /// The text in a field of the structure with this index, from 0.
    func string(_ field: String, of index: Int) throws -> String {
        guard let text = text(of: value(field, of: index)), !text.isEmpty else {
            throw unexpected(field, of: index, expected: "a string")
        }
        return text
    }

    /// The number in a field of the structure with this index, from 0.
    func number(_ field: String, of index: Int) throws -> Double {
        guard let number = scalar(in: value(field, of: index)) else {
            throw unexpected(field, of: index, expected: "one number")
        }
        return number
    }

    private func value(_ field: String, of index: Int) -> UnsafeMutablePointer<matvar_t>? {
        Mat_VarGetStructFieldByName(variable.pointer, field, index)
    }

    private func unexpected(_ field: String, of index: Int, expected: String) -> FileError {
        .malformed(
            path: path, found: "something else in the field \(field) of \(variable.name) \(index + 1)",
            expected: expected)
    }
}
