internal import DenseLinearAlgebra
internal import Files
internal import Foundation

/// A table of numbers with a header: one row per sample, named by the column `sample` if there is one.
enum FeatureTable {
    /// - Parameter parse: parses the number at the start of a text of digits, signs, points and exponents, and returns
    ///   its length too.
    static func features<Scalar>(
        _ file: InputFile, holding expected: String, parse: (UnsafePointer<CChar>) -> (Scalar, byteCount: Int)
    ) throws -> FeatureContents<Scalar> {
        var reader = try FieldReader(file)
        let names = try header(&reader)
        let idColumn = names.firstIndex(of: "sample")
        let columnCount = names.count - (idColumn == nil ? 0 : 1)
        guard columnCount > 0 else {
            throw reader.error(
                "no columns of numbers", "a header with the names of the columns, of numbers, except sample")
        }
        let valuesStart = reader.offset
        let budget = try MemoryBudget.current()
        var byteCount = 0
        var values: [Scalar] = []
        var ids: [String] = []
        var rowCount = 0
        var separator = FieldReader.Separator.lineEnd
        while separator != .end {
            var column = 0
            repeat {
                separator = try reader.next()
                if column == 0, separator != .comma, reader.field == [0] { break }
                guard column < names.count else {
                    throw reader.error("more than \(names.count) fields", "\(names.count), as in the header")
                }
                if column == idColumn {
                    ids.append(try reader.text())
                    byteCount += 48 + reader.field.count
                } else {
                    values.append(try number(reader, names[column], expected, parse))
                }
                column += 1
            } while separator == .comma
            // Blank lines are skipped.
            if column == 0 { continue }
            guard column == names.count else {
                throw reader.error("\(column) fields", "\(names.count), as in the header")
            }
            rowCount += 1
            byteCount += columnCount * MemoryLayout<Scalar>.size
            try budget.require(byteCount, for: "a table of \(rowCount) rows and more", in: file.path)
            // Growing the array on demand would hold the values twice.
            if rowCount == 1 {
                let wanted =
                    (file.byteCount - valuesStart) / (reader.offset - valuesStart) * columnCount * 9 / 8 + columnCount
                values.reserveCapacity(min(wanted, budget.byteCount / MemoryLayout<Scalar>.size))
            }
        }
        guard rowCount > 0 else { throw reader.error("no rows", "a row for each sample") }
        let matrix = Matrix(rowCount: rowCount, columnCount: columnCount, elements: values)
        let dimensions = names.indices.filter { $0 != idColumn }.map { names[$0] }
        if let (name, why) = TableColumns.firstByValues(of: matrix, dimensions) {
            throw file.malformed(
                "the column \(excerpt(name)), which \(why)",
                "dimensions of the embeddings only, and the column sample; leave it out, or name all dimensions as one "
                    + "series, as in f0, f1, …")
        }
        return FeatureContents(matrix: matrix, ids: idColumn == nil ? nil : ids)
    }

    /// Makes sure that the first line names columns.
    static func requireHeader(of file: InputFile) throws {
        var reader = try FieldReader(file)
        _ = try header(&reader)
    }

    private static func header(_ reader: inout FieldReader) throws -> [String] {
        var separator = try reader.next()
        let (names, count) = try reader.row(until: &separator, limit: nil)
        guard count == names.count else { throw reader.error("\(count) columns", "at most \(names.count)") }
        guard names.count(where: { $0 == "sample" }) < 2 else { throw reader.error("two columns sample", "one") }
        // pandas writes its row numbers under an empty name, which must not become a dimension.
        guard !names.contains("") else {
            throw reader.error("a column without a name", "a name for each column (of pandas, index=False)")
        }
        let others = TableColumns.named(among: names).map { excerpt($0) }
        if let first = others.first {
            let many = others.count > 1
            throw reader.error(
                "the column\(many ? "s" : "") \(others.prefix(4).joined(separator: ", ")), whose name\(many ? "s are" : " is") not "
                    + "\(many ? "those of dimensions" : "that of a dimension")",
                "dimensions only, and the names of the rows in a column sample; in pandas: df.drop(columns=[\"\(first)\"])"
            )
        }
        // Without a header the first row would be lost silently; pandas writes the names 0, 1, 2.
        let numbers = names.compactMap { Double($0) }
        guard numbers.count < names.count || numbers == names.indices.map(Double.init) else {
            throw reader.error("numbers only in the first line", "a header with the names of the columns")
        }
        return names
    }

    private static func number<Scalar: BinaryFloatingPoint>(
        _ reader: borrowing FieldReader, _ column: String, _ expected: String,
        _ parse: (UnsafePointer<CChar>) -> (Scalar, byteCount: Int)
    ) throws -> Scalar {
        let (value, count, isPlain) = reader.field.withUnsafeBufferPointer { bytes in
            // A space may follow the comma, as some programs write it.
            let isPlain = bytes.dropLast().drop(while: { $0 == UInt8(ascii: " ") }).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "e"), UInt8(ascii: "E"):
                    true
                default: false
                }
            }
            let (value, count) = bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { parse($0) } ?? (0, byteCount: 0)
            }
            return (value, count, isPlain)
        }
        guard isPlain, count > 0, count == reader.field.count - 1 else {
            throw reader.error("\"\(excerpt(try reader.text()))\" in column \(excerpt(column))", "a finite number")
        }
        guard value.isFinite else {
            throw reader.error("\(excerpt(try reader.text())) in column \(excerpt(column))", expected)
        }
        return value
    }
}
