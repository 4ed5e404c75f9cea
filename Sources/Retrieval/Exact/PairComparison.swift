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

    /// Compares two items by numbers in twice the precision of a double; nil where these leave a doubt.
    init?(_ item: PreciseSimilarity, against other: PreciseSimilarity) {
        let difference = (item.value - other.value).high
        if item.error == 0, other.error == 0 {
            self.init(difference, against: 0)
            return
        }
        guard abs(difference) > item.error + other.error else { return nil }
        self = difference > 0 ? .before : .after
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
struct PreciseSimilarity {
    fileprivate let value: TwofoldDouble
    /// The number's error at most.
    fileprivate let error: Double

    /// - Parameters:
    ///   - x: the query's values, times a power of two that keeps products within the range of a Double.
    ///   - y: the item's, times another one; for the distance and the inner product it is the same for all items, and for the
    ///     distance that of the query.
    init(_ x: [Double], _ y: [Double], _ similarity: Similarity) {
        self.init(x, y, similarity) { TwofoldDouble(innerProductOf: $0, with: $1, count: $2) }
    }

    /// Takes rows of Floats, whose products need no rounding.
    init(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>, _ similarity: Similarity) {
        self.init(x, y, similarity) { TwofoldDouble(innerProductOf: $0, with: $1, count: $2) }
    }

    @inline(__always)
    private init<Row: Collection>(
        _ x: Row, _ y: Row, _ similarity: Similarity,
        product innerProduct: (UnsafePointer<Row.Element>, UnsafePointer<Row.Element>, Int) -> TwofoldDouble
    ) where Row.Element: BinaryFloatingPoint {
        // Sparse rows with no column in common: of all similarities these are most often equal.
        if similarity != .euclidean, zip(x, y).allSatisfy({ $0 == 0 || $1 == 0 }) {
            (value, error) = (.zero, 0)
            return
        }
        let count = x.count
        func inner(_ a: Row, _ b: Row) -> TwofoldDouble {
            a.withContiguousStorageIfAvailable { a in
                b.withContiguousStorageIfAvailable { b in
                    guard let a = a.baseAddress, let b = b.baseAddress else { return TwofoldDouble.zero }
                    return innerProduct(a, b, count)
                } ?? .zero
            } ?? .zero
        }
        let length = x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let product = inner(x, y)
        let square = inner(y, y)
        // Four times what the sums of products can err by, for the few operations after them. What falls below the
        // range of a double is far below the last term.
        let unit = Double((count + 8) * (count + 8)) * 0x1p-103
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
