internal import Foundation

/// How far computed similarities can be from the true ones.
///
/// With u = 2⁻²⁴, a sum of k products of Floats, added up in any order, with fused operations or without, is wrong by at
/// most `γ(k)·Σ|xᵢyᵢ|`, where `γ(k) = k·u/(1 − k·u)` (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed.,
/// §3.1), and `Σ|xᵢyᵢ| ≤ ‖x‖‖y‖`. So it does not matter how BLAS computes. To keep k small, rows are cut into blocks of
/// ``blockLength`` columns; by Cauchy and Schwarz, the blocks' errors add up to `γ(k)·‖x‖‖y‖` again, and adding B blocks
/// adds `(B − 1)·u·‖x‖‖y‖`.
///
/// Besides:
/// - values are rounded to Floats: `(2u + u²)·‖X‖‖Y‖`;
/// - so is the penalty h: `u·h`; and the difference, `u·(‖X‖‖Y‖ + h)`;
/// - lengths are computed in double precision: `δ·(‖X‖ + 2‖Y‖)` for rows that are off by δ = (d + 16)·2⁻⁵³;
/// - what is below the range of a Float is lost: `d·2⁻¹²³`, since no value exceeds 2;
/// - bounds are compared in single precision: another `3u·(‖X‖‖Y‖ + h)`.
///
/// The products of the same Floats summed up in double precision have the second and fourth error only, and `d·2⁻⁵²` in
/// place of the first: these are the refined similarities.
struct RoundingBounds: Sendable {
    /// What rounding leaves as it is.
    enum Exactness: Sendable {
        /// Nothing in general.
        case none
        /// Refined similarities are exact, as all numbers are small multiples of a power of two.
        case refined
        /// So are similarities in single precision.
        case single

        /// - Parameters:
        ///   - longest: a bound above the lengths of all rows, moved and scaled.
        ///   - quantum: a power of two of which their values are multiples.
        ///
        /// Half the square of the quantum is what all products and penalties are multiples of, and three halves of the
        /// longest's square is more than any of their sums.
        init(longest: Double, quantum: Double) {
            let multiple = 3 * (longest / quantum) * (longest / quantum)
            self = multiple < 0x1p24 ? .single : multiple < 0x1p53 && longest / quantum < 0x1p24 ? .refined : .none
        }
    }

    let columnCount: Int
    /// The error δ of a row by its computed length.
    let normalisationError: Double
    let exactness: Exactness

    /// How many columns a product in single precision sums up at a time.
    ///
    /// With shorter blocks fewer pairs are in doubt, but products take longer.
    var blockLength: Int { columnCount <= 96 ? max(columnCount, 1) : 64 }

    /// How far a similarity in single precision can be from the true one, for a query of a length and all items of at most
    /// a length and a penalty; rounded up.
    func doubt(query: Double, item: Double, penalty: Double) -> Float {
        guard exactness != .single else { return 0 }
        let u = 0x1p-24
        let blockCount = (columnCount + blockLength - 1) / max(blockLength, 1)
        let products = query * item
        let error =
            u * (1.02 * Double(blockLength) + Double(blockCount) + 7) * products + 6 * u * penalty
            + normalisationError * (query + 2 * item) + Double(columnCount) * 0x1p-123
        return Float(error * 1.001).nextUp
    }

    /// How far a refined similarity can be from the true one.
    func refinedDoubt(query: Double, item: Double, penalty: Double) -> Double {
        guard exactness == .none else { return 0 }
        let sums = Double(columnCount + 4) * 0x1p-52
        return (2.01 * 0x1p-24 + sums) * query * item + sums * penalty + normalisationError * (query + 2 * item)
            + Double(columnCount) * 0x1p-139
    }
}
