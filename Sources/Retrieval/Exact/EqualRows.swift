internal import DenseLinearAlgebra

/// For each position the first one with an equal row; nil if no rows are equal.
///
/// - Complexity: O(n·d) expected.
func firstOfEqualRows(in source: RowValues, order: [Int32]) -> [Int32]? {
    switch source {
    case .single(let rows): firstOfEqualRows(in: rows, order: order)
    case .double(let rows): firstOfEqualRows(in: rows, order: order)
    }
}

private func firstOfEqualRows<Scalar>(in rows: Matrix<Scalar>, order: [Int32]) -> [Int32]? {
    // Positions with the same hash are chained, newest first: this takes less memory than a list for each hash.
    var newest: [UInt64: Int32] = [:]
    newest.reserveCapacity(order.count)
    var older = [Int32](repeating: -1, count: order.count)
    var first = (0..<Int32(order.count)).map { $0 }
    var areSomeEqual = false
    let d = rows.columnCount
    rows.withElements { elements in
        for position in order.indices {
            let row = elements[Int(order[position]) * d..<(Int(order[position]) + 1) * d]
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for j in row.indices {
                // Adding zero turns −0 into +0.
                hash = (hash ^ UInt64((Double(elements[j]) + 0).bitPattern)) &* 0x9E37_79B9_7F4A_7C15
                // A product leaves the highest bit, the sign, where it is.
                hash ^= hash >> 29
            }
            hash ^= hash >> 32
            let last = newest[hash] ?? -1
            var original = last
            while original >= 0 {
                let start = Int(order[Int(original)]) * d
                if (0..<d).allSatisfy({ elements[start + $0] == elements[row.startIndex + $0] }) { break }
                original = older[Int(original)]
            }
            if original >= 0 {
                first[position] = first[Int(original)]
                areSomeEqual = true
            } else {
                older[position] = last
                newest[hash] = Int32(position)
            }
        }
    }
    return areSomeEqual ? first : nil
}
