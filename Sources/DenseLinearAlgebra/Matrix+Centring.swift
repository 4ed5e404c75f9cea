extension Matrix {
    /// Some rows less a vector, `(row − origin) · scale`: the one way of centring rows.
    ///
    /// Each value is rounded once for the difference and once for the product, in double precision, on every processor.
    /// It is public because the compiler specialises nothing for other modules that is only `package`.
    ///
    /// - Parameters:
    ///   - rows: the numbers of the rows, in the order of the result.
    ///   - origin: d values, such as the mean of the rows.
    ///   - scale: what the differences are multiplied by.
    /// - Precondition: the rows exist, and there are d values.
    /// - Complexity: O(m·d) for m rows of d columns.
    @inlinable public func centred(
        rows: some Collection<Int>, about origin: [Double], scaledBy scale: Double = 1
    ) -> Matrix<Double> {
        let d = columnCount
        precondition(origin.count == d, "an origin of \(origin.count) values for \(d) columns")
        precondition(rows.allSatisfy { $0 >= 0 && $0 < rowCount }, "rows outside of \(rowCount)")
        let result = [Double](unsafeUninitializedCapacity: rows.count * d) { target, count in
            withElements { values in
                origin.withUnsafeBufferPointer { origin in
                    for (place, i) in rows.enumerated() {
                        for j in 0..<d {
                            target.initializeElement(
                                at: place * d + j, to: (Double(values[i * d + j]) - origin[j]) * scale)
                        }
                    }
                }
            }
            count = rows.count * d
        }
        return Matrix<Double>(rowCount: rows.count, columnCount: d, elements: result)
    }
}
