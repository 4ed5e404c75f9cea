/// An integer of any size: what decides where doubles cannot.
///
/// It is for the few pairs of items that are as similar to a query as to within 2⁻⁸⁰, most often exactly; so it is simple
/// rather than fast.
struct ExactInteger: Equatable {
    private(set) var isNegative: Bool
    /// The magnitude, 32 bits each, the lowest first, without leading zeros.
    private(set) var limbs: [UInt32]

    private init(isNegative: Bool, limbs: [UInt32]) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    /// −1, 0 or 1.
    var sign: Int { limbs.isEmpty ? 0 : isNegative ? -1 : 1 }

    /// The inner product of two rows, in units of `2^(2 · exponent)`.
    ///
    /// - Precondition: every value is a multiple of `2^exponent`.
    /// - Complexity: O(d·e) for values whose exponents differ by e.
    init(innerProductOf x: [Double], with y: [Double], exponent: Int) {
        var sums: [[UInt32]] = [[], []]
        for (a, b) in zip(x, y) where a != 0 && b != 0 {
            let (first, second) = (Scaled(a), Scaled(b))
            let (high, low) = first.significand.multipliedFullWidth(by: second.significand)
            let shift = first.exponent + second.exponent - 2 * exponent
            Self.add(high, low, shiftedBy: shift, to: &sums[(a < 0) != (b < 0) ? 1 : 0])
        }
        self = ExactInteger(isNegative: false, limbs: sums[0]) - ExactInteger(isNegative: false, limbs: sums[1])
    }

    /// The largest exponent of which every value of some rows is a multiple; 0 if all are zero.
    static func exponent(of rows: [[Double]]) -> Int {
        rows.lazy.joined().filter { $0 != 0 }.map { Scaled($0).exponent }.min() ?? 0
    }

    /// A finite double other than 0 as `significand · 2^exponent`, with an odd significand, without its sign.
    private struct Scaled {
        let significand: UInt64
        let exponent: Int

        init(_ value: Double) {
            let bits = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
            let zeros = bits.trailingZeroBitCount
            significand = bits >> UInt64(zeros)
            exponent = (value.isNormal ? Int(value.exponent) : -1022) - 52 + zeros
        }
    }

    private static func add(_ high: UInt64, _ low: UInt64, shiftedBy shift: Int, to sum: inout [UInt32]) {
        let (place, bits) = (shift / 32, UInt64(shift % 32))
        // Five limbs hold 128 bits moved by up to 31.
        var parts = [low & 0xFFFF_FFFF, low >> 32, high & 0xFFFF_FFFF, high >> 32, 0]
        if bits > 0 {
            var carried: UInt64 = 0
            for k in parts.indices {
                let moved = parts[k] << bits | carried
                parts[k] = moved & 0xFFFF_FFFF
                carried = moved >> 32
            }
        }
        if sum.count < place + 6 { sum += Array(repeating: 0, count: place + 6 - sum.count) }
        var carry: UInt64 = 0
        var k = 0
        while k < parts.count || carry > 0 {
            if place + k == sum.count { sum.append(0) }
            let total = UInt64(sum[place + k]) + (k < parts.count ? parts[k] : 0) + carry
            sum[place + k] = UInt32(truncatingIfNeeded: total)
            carry = total >> 32
            k += 1
        }
    }

    private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
        a.count != b.count ? a.count < b.count : a.reversed().lexicographicallyPrecedes(b.reversed())
    }

    private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for k in 0..<max(a.count, b.count) {
            let total = (k < a.count ? UInt64(a[k]) : 0) + (k < b.count ? UInt64(b[k]) : 0) + carry
            result.append(UInt32(truncatingIfNeeded: total))
            carry = total >> 32
        }
        return carry > 0 ? result + [UInt32(carry)] : result
    }

    /// a − b for a ≥ b.
    private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result = a
        var borrow: Int64 = 0
        for k in a.indices {
            let rest = Int64(a[k]) - (k < b.count ? Int64(b[k]) : 0) - borrow
            borrow = rest < 0 ? 1 : 0
            result[k] = UInt32(truncatingIfNeeded: rest)
        }
        return result
    }

    static func - (a: ExactInteger, b: ExactInteger) -> ExactInteger {
        guard a.isNegative == b.isNegative else {
            return ExactInteger(isNegative: a.isNegative, limbs: sum(a.limbs, b.limbs))
        }
        return isLess(a.limbs, b.limbs)
            ? ExactInteger(isNegative: !a.isNegative, limbs: difference(b.limbs, a.limbs))
            : ExactInteger(isNegative: a.isNegative, limbs: difference(a.limbs, b.limbs))
    }

    static func * (a: ExactInteger, b: ExactInteger) -> ExactInteger {
        var result = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
        for (i, x) in a.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, y) in b.limbs.enumerated() {
                let total = UInt64(x) * UInt64(y) + UInt64(result[i + j]) + carry
                result[i + j] = UInt32(truncatingIfNeeded: total)
                carry = total >> 32
            }
            result[i + b.limbs.count] = UInt32(carry)
        }
        return ExactInteger(isNegative: a.isNegative != b.isNegative, limbs: result)
    }

    var doubled: ExactInteger { ExactInteger(isNegative: isNegative, limbs: Self.sum(limbs, limbs)) }
}
