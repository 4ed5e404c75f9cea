internal import CRanks
internal import DenseLinearAlgebra

/// The products of two tiles, and the room that a thread needs for them.
struct TileProducts {
    private var products = UnsafeBuffer()
    private var block = UnsafeBuffer()
    /// Room for counting.
    let room = CountingRoom()

    /// The products, row after row.
    var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(products.memory) }

    /// Multiplies queries with items, a block of columns after the other: see ``RoundingBounds``.
    mutating func multiply(_ queries: Range<Int>, with items: Range<Int>, in rows: ComparableRows) {
        let count = queries.count * items.count
        products.grow(to: count)
        guard let result = products.memory.baseAddress, count > 0 else { return }
        let (d, length) = (rows.items.values.columnCount, rows.bounds.blockLength)
        guard d > 0 else { return result.update(repeating: 0, count: count) }
        if d > length { block.grow(to: count) }
        rows.queries.values.withRows(queries) { x in
            rows.items.values.withRows(items) { y in
                for start in stride(from: 0, to: d, by: length) {
                    guard let target = start > 0 ? block.memory.baseAddress : result else { return }
                    innerProducts(
                        ofRows: x, count: queries.count, withRows: y, count: items.count, width: d,
                        columns: start..<min(start + length, d), into: target)
                    if start > 0 { ranks_add(result, target, count) }
                }
            }
        }
    }

    /// Takes an item out of the count, by its place among the products.
    func exclude(_ place: Int) { products.memory[place] = -.infinity }

    /// Turns rows into columns.
    mutating func transpose(rowCount: Int, columnCount: Int) {
        block.grow(to: rowCount * columnCount)
        guard let from = products.memory.baseAddress, let to = block.memory.baseAddress else { return }
        ranks_transpose(from, rowCount, columnCount, to)
        swap(&products, &block)
    }
}

/// Memory of a thread that grows and is not filled.
private final class UnsafeBuffer {
    private(set) var memory = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    func grow(to count: Int) {
        guard count > memory.count else { return }
        memory.deallocate()
        memory = .allocate(capacity: count)
    }

    deinit { memory.deallocate() }
}
