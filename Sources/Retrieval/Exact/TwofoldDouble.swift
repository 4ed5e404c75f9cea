internal import CRanks

/// The unevaluated sum of two doubles: about 106 bits.
struct TwofoldDouble {
    let high: Double
    let low: Double

    /// The sum of two numbers, with its rounding error.
    private init(sum a: Double, _ b: Double) {
        let sum = a + b
        let part = sum - a
        high = sum
        low = (a - (sum - part)) + (b - part)
    }

    private init(high: Double, low: Double) {
        self.init(sum: high, low)
    }

    static let zero = TwofoldDouble(sum: 0, 0)

    /// The inner product of two rows.
    ///
    /// Its error is at most `(d + 2)² · 2⁻¹⁰⁵ · ‖x‖‖y‖` for d values, unless products fall below the range of a Double
    /// (Ogita, Rump and Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005), theorem 5.4, without the
    /// last rounding); several sums side by side only shorten the chains of sums.
    init(innerProductOf x: UnsafePointer<Double>, with y: UnsafePointer<Double>, count: Int) {
        var (high, low) = (0.0, 0.0)
        ranks_precise_inner_product(x, y, count, &high, &low)
        self.init(high: high, low: low)
    }

    /// The same of rows of Floats.
    init(innerProductOf x: UnsafePointer<Float>, with y: UnsafePointer<Float>, count: Int) {
        var (high, low) = (0.0, 0.0)
        ranks_precise_inner_product_of_floats(x, y, count, &high, &low)
        self.init(high: high, low: low)
    }

    static func - (a: TwofoldDouble, b: TwofoldDouble) -> TwofoldDouble {
        let high = TwofoldDouble(sum: a.high, -b.high)
        return TwofoldDouble(high: high.high, low: high.low + (a.low - b.low))
    }

    var doubled: TwofoldDouble { TwofoldDouble(sum: 2 * high, 2 * low) }

    /// The square root of a positive number.
    func squareRoot() -> TwofoldDouble {
        let root = high.squareRoot()
        let rest = high.addingProduct(-root, root) + low
        return TwofoldDouble(high: root, low: rest / (2 * root))
    }

    static func / (a: TwofoldDouble, b: TwofoldDouble) -> TwofoldDouble {
        let quotient = a.high / b.high
        let rest = a.high.addingProduct(-quotient, b.high) + (a.low - quotient * b.low)
        return TwofoldDouble(high: quotient, low: rest / b.high)
    }
}
