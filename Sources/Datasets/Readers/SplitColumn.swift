import Files

/// The column `split`: the side and the role that each row's word means.
struct SplitColumn {
    let sides: [Side]
    let roles: [SampleRole?]
    /// How words other than train and test were taken; empty if there are none.
    let understood: [String]

    init(_ table: CSVTable, column: Int, path: String) throws {
        let parts = try zip(table.rows, table.lines).map { row, line in
            guard let part = SplitPart(word: row[column]) else {
                throw FileError.malformed(
                    path: path, line: line, found: "the split \"\(row[column])\"",
                    expected: "train or test, or another word for a part of a split such as val, query or gallery")
            }
            return part
        }
        let all = Set(parts)
        sides = parts.map { $0.side(among: all) }
        roles = parts.map(\.role)
        let words = Set(table.rows.map { Name($0[column]) }).map(\.text).sorted(by: utf8Precedes)
        guard words.contains(where: { Side(rawValue: $0) == nil }) else {
            understood = []
            return
        }
        let meanings = words.compactMap { word in
            SplitPart(word: word).map { "\"\(word)\" counts to the \($0.side(among: all).rawValue) side" }
        }
        understood = ["in the column split " + meanings.joined(separator: ", ")]
    }
}
