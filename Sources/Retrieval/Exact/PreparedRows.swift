package import DenseLinearAlgebra
internal import Synchronization

/// The rows X of ``ComparableRows``, in single precision.
///
/// One process prepares all of them at once. Of several ranks each keeps its share, and prepares others again whenever it comes
/// to them, from the rows as read, which ranks of one machine share: so the memory of a rank falls with the number of ranks,
/// and no rows travel.
///
/// It is a class because threads share it.
package final class PreparedRows: Sendable {
    package let rowCount: Int
    package let columnCount: Int
    private let source: Source

    private enum Source: Sendable {
        case all(Matrix<Float>)
        case pieces(PreparedPieces)
    }

    /// Keeps all rows.
    package init(_ rows: Matrix<Float>) {
        (rowCount, columnCount) = (rows.rowCount, rows.columnCount)
        source = .all(rows)
    }

    /// Keeps some rows at a time.
    ///
    /// - Parameters:
    ///   - ends: where pieces end that are kept as a whole, in order; the last at the end of the rows.
    ///   - limit: how many rows are kept.
    ///   - prepare: writes rows.
    package init(
        rowCount: Int, columnCount: Int, pieceEnds ends: [Int], limit: Int,
        prepare: @escaping @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        (self.rowCount, self.columnCount) = (rowCount, columnCount)
        source = .pieces(PreparedPieces(ends: ends, columnCount: columnCount, limit: limit, prepare: prepare))
    }

    /// Passes consecutive rows.
    package func withRows<Result>(_ range: Range<Int>, _ body: (UnsafePointer<Float>) -> Result?) -> Result? {
        precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows \(range) of \(rowCount)")
        guard !range.isEmpty, columnCount > 0 else { return nil }
        switch source {
        case .all(let rows):
            return rows.withElements { $0.baseAddress.flatMap { body($0 + range.lowerBound * columnCount) } }
        case .pieces(let pieces):
            return pieces.withRows(range, body)
        }
    }

    /// Passes all rows; nil if only some are kept in memory.
    package func withAllInMemory<Result>(_ body: (UnsafePointer<Float>?) -> Result) -> Result {
        guard case .all(let rows) = source else { return body(nil) }
        return rows.withElements { body($0.baseAddress) }
    }

    /// Passes one row, for a single comparison.
    package func withRow<Result>(_ row: Int, _ body: (UnsafePointer<Float>) -> Result?) -> Result? {
        guard case .pieces(let pieces) = source, columnCount > 0 else { return withRows(row..<row + 1, body) }
        return pieces.withRow(row, body)
    }
}

/// Pieces of rows, of which those that were used last are kept.
private final class PreparedPieces: Sendable {
    private let ends: [Int]
    private let columnCount: Int
    private let limit: Int
    private let prepare: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    private let slots: [Slot]
    private let keptRows = Atomic(0)
    private let clock = Atomic(0)

    private final class Slot: Sendable {
        let rows = Mutex<Rows?>(nil)
        let lastUse = Atomic(0)
    }

    /// Rows in memory, for as long as anybody uses them.
    private final class Rows: Sendable {
        // Written once, before anybody else knows of them.
        nonisolated(unsafe) let values: UnsafeMutableBufferPointer<Float>

        init(count: Int, _ write: (UnsafeMutableBufferPointer<Float>) -> Void) {
            values = .allocate(capacity: count)
            write(values)
        }

        deinit { values.deallocate() }

        func with<Result>(from offset: Int, _ body: (UnsafePointer<Float>) -> Result?) -> Result? {
            defer { withExtendedLifetime(self) {} }
            return values.baseAddress.flatMap { body(UnsafePointer($0 + offset)) }
        }
    }

    init(
        ends: [Int], columnCount: Int, limit: Int,
        prepare: @escaping @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        (self.ends, self.columnCount, self.limit, self.prepare) = (ends, columnCount, limit, prepare)
        slots = ends.map { _ in Slot() }
    }

    private func piece(_ number: Int) -> Range<Int> { (number > 0 ? ends[number - 1] : 0)..<ends[number] }

    private func number(ofPieceWith row: Int) -> Int { ends.partitioningIndex { $0 > row } }

    private func prepared(_ range: Range<Int>) -> Rows {
        Rows(count: range.count * columnCount) { prepare(range, $0) }
    }

    func withRows<Result>(_ range: Range<Int>, _ body: (UnsafePointer<Float>) -> Result?) -> Result? {
        let number = number(ofPieceWith: range.lowerBound)
        let piece = piece(number)
        guard range.upperBound <= piece.upperBound else { return prepared(range).with(from: 0, body) }
        slots[number].lastUse.store(clock.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        var isNew = false
        let rows = slots[number].rows.withLock { kept in
            if let kept { return kept }
            isNew = true
            let rows = prepared(piece)
            kept = rows
            return rows
        }
        if isNew { makeRoom(for: piece.count, besides: number) }
        return rows.with(from: (range.lowerBound - piece.lowerBound) * columnCount, body)
    }

    func withRow<Result>(_ row: Int, _ body: (UnsafePointer<Float>) -> Result?) -> Result? {
        let number = number(ofPieceWith: row)
        let kept = slots[number].rows.withLock { $0 }
        guard let kept else { return prepared(row..<row + 1).with(from: 0, body) }
        return kept.with(from: (row - piece(number).lowerBound) * columnCount, body)
    }

    /// Forgets the pieces that have not been used for longest.
    private func makeRoom(for count: Int, besides number: Int) {
        var kept = keptRows.add(count, ordering: .relaxed).newValue
        guard kept > limit else { return }
        let byUse = slots.indices.filter { $0 != number }.sorted {
            slots[$0].lastUse.load(ordering: .relaxed) < slots[$1].lastUse.load(ordering: .relaxed)
        }
        for other in byUse where kept > limit {
            let isForgotten = slots[other].rows.withLock { rows in
                defer { rows = nil }
                return rows != nil
            }
            if isForgotten { kept = keptRows.subtract(piece(other).count, ordering: .relaxed).newValue }
        }
    }
}
