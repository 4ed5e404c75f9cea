/// A scalar that a ``Tape`` computes with: Float and Double, and no others.
///
/// Training uses Float; Double is for checks against finite differences.
public protocol TapeScalar: BinaryFloatingPoint & Sendable {
    /// Does a piece of a tape's work.
    ///
    /// Each scalar has its own copy of all loops, because generic code that another module calls is not specialised.
    static func perform(_ work: TapeWork, on tape: Tape<Self>)
}

/// A piece of a tape's work, which only this module makes and does.
public struct TapeWork {
    enum Kind {
        case evaluate(Int)
        case differentiate(Int)
        case fill(Int, (Int, Int) -> Double)
        case copyMask(Int, to: Int)
        case compare(Int, Int, to: Int)
        case seed(Int)
        case markLargest(Int, count: Int, to: Int)
        case export(Int, UnsafeMutableBufferPointer<Double>)
    }

    let kind: Kind
}

extension Float: TapeScalar {
    /// Does a piece of a tape's work in single precision.
    public static func perform(_ work: TapeWork, on tape: Tape<Float>) { perform(work.kind, on: tape) }
}

extension Double: TapeScalar {
    /// Does a piece of a tape's work in double precision.
    public static func perform(_ work: TapeWork, on tape: Tape<Double>) { perform(work.kind, on: tape) }
}
