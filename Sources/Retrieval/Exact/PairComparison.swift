/// Which of two items is more similar to a query, exactly.
enum PairOrder: Equatable {
    case before, tie, after

    /// The order of an item by a number that is higher for more similar items.
    init(_ item: Double, against other: Double) {
        self = item > other ? .before : item < other ? .after : .tie
    }

    fileprivate init(sign: Int) {
        self = sign > 0 ? .before : sign < 0 ? .after : .tie
    }

    /// Compares two items' similarities to a query: in twice the precision of a double, and by integers where that leaves
    /// a doubt.
    ///
    /// - Parameters:
    ///   - query: the query's values, as read.
    ///   - item: the values of the item that comes before the other one if it is more similar.
    ///   - other: the values of the other item.
    ///   - scale: a power of two for each row that keeps products within the range of a Double; for the distance and the
    ///     inner product, the items' are the same, and for the distance the query's too.
    init(
        query: [Double], item: [Double], other: [Double], similarity: Similarity,
        scales: (query: Double, item: Double, other: Double)
    ) {
        func scaled(_ row: [Double], _ scale: Double) -> [Double] { scale == 1 ? row : row.map { $0 * scale } }
        let x = scaled(query, scales.query)
        let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let first = PreciseSimilarity(x, length, scaled(item, scales.item), similarity)
        let second = PreciseSimilarity(x, length, scaled(other, scales.other), similarity)
        let difference = (first.value - second.value).high
        if abs(difference) > first.error + second.error {
            self = difference > 0 ? .before : .after
        } else {
            self = Self.exact(query: query, item: item, other: other, similarity: similarity)
        }
    }

    /// Compares by integers alone.
    static func exact(query: [Double], item: [Double], other: [Double], similarity: Similarity) -> PairOrder {
        let exponent = ExactInteger.exponent(of: [query, item, other])
        func product(_ x: [Double], _ y: [Double]) -> ExactInteger {
            ExactInteger(innerProductOf: x, with: y, exponent: exponent)
        }
        let (first, second) = (product(query, item), product(query, other))
        switch similarity {
        case .innerProduct: return PairOrder(sign: (first - second).sign)
        case .euclidean:
            let a = first.doubled - product(item, item)
            let b = second.doubled - product(other, other)
            return PairOrder(sign: (a - b).sign)
        case .cosine:
            // The signs of the cosines, then their squares times the squares of all lengths. The cosine of the zero vector is
            // 0, as its product is.
            guard first.sign == second.sign else { return PairOrder(sign: first.sign - second.sign) }
            guard first.sign != 0 else { return .tie }
            let a = first * first * product(other, other)
            let b = second * second * product(item, item)
            return PairOrder(sign: first.sign * (a - b).sign)
        }
    }
}

/// A number that orders items as their similarities to one query do, in twice the precision of a double.
private struct PreciseSimilarity {
    let value: TwofoldDouble
    /// The number's error at most.
    let error: Double

    init(_ x: [Double], _ length: Double, _ y: [Double], _ similarity: Similarity) {
        let product = TwofoldDouble(innerProductOf: x, with: y)
        let square = TwofoldDouble(innerProductOf: y, with: y)
        // Four times what the sums of products can err by, for the few operations after them. What falls below the
        // range of a double is far below the last term.
        let unit = Double((x.count + 8) * (x.count + 8)) * 0x1p-103
        switch similarity {
        case .innerProduct:
            value = product
            error = unit * length * square.high.squareRoot() + 0x1p-960
        case .euclidean:
            value = product.doubled - square
            error = unit * (2 * length * square.high.squareRoot() + square.high) + 0x1p-960
        case .cosine:
            let isTiny = square.high < 0x1p-800
            value = isTiny ? .zero : product / square.squareRoot()
            error = isTiny ? .infinity : unit * length + 0x1p-500
        }
    }
}
