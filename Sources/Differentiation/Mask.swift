/// A matrix of truth values of a computation on a ``Tape``: which pairs count, and which are mined.
///
/// Masks come from class numbers (``Tape/equality(_:_:)``), from comparisons of variables (`.<`, `.>`), and from each
/// other (`.&`, `.|`, `.!`). They are constants: nothing is differentiated through the choice that they make.
public struct Mask {
    let storage: any MaskStorage
    let number: Int
    let generation: Int
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int

    /// The values in row-major order, without a copy; valid until the tape is reset.
    public var elements: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(storage.values(of: self)) }

    /// How many elements are true.
    public var count: Int {
        var count = 0
        for element in elements where element { count += 1 }
        return count
    }

    /// The positions of the true elements, row by row.
    ///
    /// - Complexity: O(rows × columns).
    public var positions: (rows: [Int], columns: [Int]) {
        var (rows, columns): ([Int], [Int]) = ([], [])
        let elements = elements
        for i in 0..<rowCount {
            for j in 0..<columnCount where elements[i * columnCount + j] {
                rows.append(i)
                columns.append(j)
            }
        }
        return (rows, columns)
    }
}

/// What a tape offers to masks, whatever its scalars are.
protocol MaskStorage: AnyObject {
    func values(of mask: Mask) -> UnsafeMutableBufferPointer<Bool>
    func makeMask(rowCount: Int, columnCount: Int) -> Mask
}

struct MaskNode {
    var buffer = Buffer()
}

extension Tape: MaskStorage {
    func values(of mask: Mask) -> UnsafeMutableBufferPointer<Bool> {
        require(mask)
        guard let memory = masks[mask.number].buffer.memory else { preconditionFailure("a mask without memory") }
        return UnsafeMutableBufferPointer(
            start: memory.assumingMemoryBound(to: Bool.self), count: mask.rowCount * mask.columnCount)
    }

    func makeMask(rowCount: Int, columnCount: Int) -> Mask {
        if maskCount == masks.count {
            masks.append(MaskNode())
            allocationCount += 1
        }
        if masks[maskCount].buffer.reserve(rowCount * columnCount) { allocationCount += 1 }
        defer { maskCount += 1 }
        return Mask(
            storage: self, number: maskCount, generation: generation, rowCount: rowCount, columnCount: columnCount)
    }
}

// MARK: - Making masks

extension Tape {
    /// A mask from a function of the row and the column.
    public func mask(rowCount: Int, columnCount: Int, _ element: (Int, Int) -> Bool) -> Mask {
        let mask = makeMask(rowCount: rowCount, columnCount: columnCount)
        fill(values(of: mask), rowCount, columnCount, element)
        return mask
    }

    /// Where the class of a row is that of a column.
    public func equality(_ rows: [Int], _ columns: [Int]) -> Mask {
        let mask = makeMask(rowCount: rows.count, columnCount: columns.count)
        markEqual(rows, columns, in: values(of: mask))
        return mask
    }

    /// True on the diagonal of an n × n matrix.
    public func diagonal(_ n: Int) -> Mask {
        mask(rowCount: n, columnCount: n) { $0 == $1 }
    }
}

/// Not a method of the generic tape, so that it is compiled once and fully.
private func fill(
    _ values: UnsafeMutableBufferPointer<Bool>, _ rowCount: Int, _ columnCount: Int, _ element: (Int, Int) -> Bool
) {
    for i in 0..<rowCount {
        for j in 0..<columnCount { values[i * columnCount + j] = element(i, j) }
    }
}

private func markEqual(_ rows: [Int], _ columns: [Int], in values: UnsafeMutableBufferPointer<Bool>) {
    columns.withUnsafeBufferPointer { columns in
        for (i, row) in rows.enumerated() {
            for j in columns.indices { values[i * columns.count + j] = row == columns[j] }
        }
    }
}

extension Mask {
    /// Where both are true.
    public static func .& (a: Mask, b: Mask) -> Mask { a.combined(with: b) { $0 && $1 } }

    /// Where one of them is true, or both.
    public static func .| (a: Mask, b: Mask) -> Mask { a.combined(with: b) { $0 || $1 } }

    /// Where a mask is false.
    public static prefix func .! (a: Mask) -> Mask { a.combined(with: a) { first, _ in !first } }

    /// A column that is true for each row with a true element.
    public var rowsWithAny: Mask {
        let result = storage.makeMask(rowCount: rowCount, columnCount: 1)
        let (from, to) = (elements, storage.values(of: result))
        for i in 0..<rowCount {
            to[i] = false
            for j in 0..<columnCount where from[i * columnCount + j] { to[i] = true }
        }
        return result
    }

    /// A row that is true for each column with a true element.
    public var columnsWithAny: Mask {
        let result = storage.makeMask(rowCount: 1, columnCount: columnCount)
        let (from, to) = (elements, storage.values(of: result))
        for j in 0..<columnCount { to[j] = false }
        for i in 0..<rowCount {
            for j in 0..<columnCount where from[i * columnCount + j] { to[j] = true }
        }
        return result
    }

    /// Single rows and columns are repeated, as of variables.
    @inline(__always)
    private func combined(with other: Mask, _ body: (Bool, Bool) -> Bool) -> Mask {
        let (rows, columns) = broadcastShape((rowCount, columnCount), (other.rowCount, other.columnCount))
        let result = storage.makeMask(rowCount: rows, columnCount: columns)
        let (a, b, to) = (elements, other.elements, storage.values(of: result))
        for i in 0..<rows {
            let (p, q) = ((rowCount == 1 ? 0 : i) * columnCount, (other.rowCount == 1 ? 0 : i) * other.columnCount)
            let (s, t) = (columnCount == 1 ? 0 : 1, other.columnCount == 1 ? 0 : 1)
            for j in 0..<columns { to[i * columns + j] = body(a[p + j * s], b[q + j * t]) }
        }
        return result
    }
}

/// The shape of an operation on two matrices of which single rows and columns are repeated.
func broadcastShape(_ a: (rows: Int, columns: Int), _ b: (rows: Int, columns: Int)) -> (rows: Int, columns: Int) {
    precondition(
        (a.rows == b.rows || a.rows == 1 || b.rows == 1)
            && (a.columns == b.columns || a.columns == 1 || b.columns == 1),
        "a \(a.rows) × \(a.columns) matrix with a \(b.rows) × \(b.columns) one")
    return (a.rows == 1 ? b.rows : a.rows, a.columns == 1 ? b.columns : a.columns)
}
