internal import DenseLinearAlgebra
internal import Files

/// Tells the columns of a table of embeddings that are no dimensions, though they hold numbers: labels and row numbers.
///
/// One of them among the dimensions would make every distance wrong without a sign of it.
enum TableColumns {
    /// What the column `sample` names, and what follows from the row or the class rather than the image; in lower case.
    private static let names: Set = [
        "label", "labels", "target", "targets", "class", "classes", "class_id", "classid", "class_label", "category",
        "category_id", "y_true", "gt", "superclass", "super_class_id", "pid", "person_id", "camera", "camid",
        "cam_id",
        "domain", "split", "fold", "role", "cluster", "id", "ids", "image_id", "img_id", "sample_id", "uid", "index",
        "idx",
        "row", "row_id", "rownames", "number", "no", "nr", "level_0", "name", "names", "file", "filename", "file_name",
        "path",
        "image", "image_path", "filepath", "samples", "sha256",
    ]

    /// The first column that is no dimension by its name; nil if there is none.
    static func firstNamed(among columns: [String]) -> String? {
        columns.first { column in
            let name = column.lowercased()
            return names.contains(name) || name.hasPrefix("unnamed")
        }
    }

    /// The first column that is no dimension by its values, and what they look like; nil if there is none.
    ///
    /// A column that counts the rows is none, and neither is one of different whole numbers where most others have
    /// fractions, unless its name is one of a numbered series, as in `f0`, `f1`, ….
    ///
    /// - Complexity: O(n·d) at most; columns with a fraction are left at the first one.
    static func firstByValues<Scalar>(of matrix: Matrix<Scalar>, _ columns: [String]) -> (name: String, why: String)? {
        let (n, d) = (matrix.rowCount, matrix.columnCount)
        guard n >= 3, d >= 2 else { return nil }
        let whole = (0..<d).filter { column in
            (0..<n).allSatisfy { matrix[$0, column] == matrix[$0, column].rounded(.towardZero) }
        }
        // Tables of whole numbers only, as of quantised embeddings, have no column that stands out.
        guard whole.count * 2 <= d else { return nil }
        let stems = columns.map { String($0.reversed().drop(while: \.isNumber).reversed()) }
        let series = Dictionary(grouping: zip(columns, stems).filter { $0 != $1 }, by: \.1).filter {
            $0.value.count * 2 >= d
        }
        for column in whole {
            let first = matrix[0, column]
            if first == 0 || first == 1, (1..<n).allSatisfy({ matrix[$0, column] == first + Scalar($0) }) {
                return (columns[column], "counts the rows")
            }
            guard (1..<n).contains(where: { matrix[$0, column] != first }), series[stems[column]] == nil else {
                continue
            }
            return (columns[column], "has whole numbers only, as labels are, unlike most others")
        }
        return nil
    }
}
