internal import DenseLinearAlgebra
internal import Files

/// Tells the columns of a table of embeddings that are no dimensions, though they hold numbers: labels and row numbers.
///
/// One of them among the dimensions would make every distance wrong without a sign of it.
enum TableColumns {
    /// What the column `sample` names, and what follows from the row or the class rather than the image; in lower case.
    private static let names: Set = [
        "label", "labels", "target", "targets", "class", "classes", "class_id", "classid", "class_label",
        "category", "category_id", "y_true", "gt", "superclass", "super_class_id", "pid", "person_id",
        "camera", "camid", "cam_id", "domain", "group", "split", "fold", "role", "cluster",
        "id", "ids", "image_id", "img_id", "sample_id", "uid", "index", "idx", "row", "row_id", "rownames",
        "number", "no", "nr", "level_0", "samples", "sha256",
        "name", "names", "file", "filename", "file_name", "path", "filepath", "image", "image_path",
    ]

    /// The columns that are no dimensions by their names.
    static func named(among columns: [String]) -> [String] {
        columns.filter { column in
            let name = column.lowercased()
            return names.contains(name) || name.begins(with: "unnamed")
        }
    }

    /// The first column that is no dimension by its values, and what they look like; nil if there is none.
    ///
    /// A column that counts the rows is none, and neither is one of different whole numbers where most others have
    /// fractions. A name of a numbered series, as in `f0`, `f1`, …, excuses it, unless it stands out with two others at most
    /// among eight rows or more, as labels do that were stacked beside the embeddings.
    ///
    /// - Complexity: O(n·d) at most; columns with a fraction are left at the first one.
    static func firstByValues<Scalar>(of matrix: Matrix<Scalar>, _ columns: [String]) -> (name: String, why: String)? {
        let (n, d) = (matrix.rowCount, matrix.columnCount)
        guard n >= 3, d >= 2 else { return nil }
        let whole = (0..<d).filter { column in
            (0..<n).allSatisfy { matrix[$0, column] == matrix[$0, column].rounded(.towardZero) }
        }
        let counter = whole.first { column in
            let first = matrix[0, column]
            return (first == 0 || first == 1) && (1..<n).allSatisfy { matrix[$0, column] == first + Scalar($0) }
        }
        if let counter { return (columns[counter], "counts the rows") }
        // Tables of whole numbers only, as of quantised embeddings, have no other column that stands out.
        guard whole.count * 2 <= d else { return nil }
        // A column that is always the same, as the dimension of a dead unit is, says nothing.
        let varied = whole.filter { column in (1..<n).contains { matrix[$0, column] != matrix[0, column] } }
        let stems = columns.map { String($0.reversed().drop(while: \.isNumber).reversed()) }
        let series = Dictionary(grouping: zip(columns, stems).filter { $0 != $1 }, by: \.1).filter {
            $0.value.count * 2 >= d
        }
        let standsOut = n >= 8 && varied.count <= 3 && varied.count * 4 <= d
        let other = varied.first { series[stems[$0]] == nil || standsOut }
        return other.map { (columns[$0], "has whole numbers only, as labels are, unlike most others") }
    }
}
