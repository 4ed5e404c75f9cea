internal import DenseLinearAlgebra
internal import Foundation

/// What the loops of this module need of a scalar.
protocol KernelScalar: TapeScalar, BLASScalar {
    static func exp(_ x: Self) -> Self
    static func log(_ x: Self) -> Self
    static func log1p(_ x: Self) -> Self
    static func sin(_ x: Self) -> Self
    static func cos(_ x: Self) -> Self
    static func acos(_ x: Self) -> Self
}

extension Float: KernelScalar {
    /// Within 1.1 units in the last place, without branches or calls, so that loops over it become vector instructions; and
    /// of the same bits on every processor.
    ///
    /// With n the integer nearest to x / log 2, eˣ = 2ⁿ eʳ and |r| ≤ (log 2)/2, where seven terms of the series are enough.
    @inline(__always)
    static func exp(_ x: Float) -> Float {
        // Beyond these the result is infinite or 0. NaN passes both.
        let low: Float = x < -104 ? -104 : x
        let bounded: Float = low > 89 ? 89 : low
        // A float of this size has no room for a fraction: adding it rounds, and leaves n in the last bits.
        let rounder: Float = 0x1.8p23
        let rounded = bounded * 1.44269504 + rounder
        let n = rounded - rounder
        // log 2 in two parts, of which the first times n is exact.
        let r = (bounded - n * 0x1.63p-1) + n * 2.12194440e-4
        var sum: Float = 1.0 / 5040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r * r + r + 1
        // Two factors, since 2ⁿ itself may be too large or too small for a float where the result is not.
        let exponent = Int32(bitPattern: rounded.bitPattern) &- Int32(bitPattern: rounder.bitPattern)
        let half = exponent &>> 1
        return sum * powerOfTwo(half) * powerOfTwo(exponent &- half)
    }
    static func log(_ x: Float) -> Float { Foundation.log(x) }
    static func log1p(_ x: Float) -> Float { Foundation.log1p(x) }
    static func sin(_ x: Float) -> Float { Foundation.sin(x) }
    static func cos(_ x: Float) -> Float { Foundation.cos(x) }
    static func acos(_ x: Float) -> Float { Foundation.acos(x) }

    /// 2ⁿ of n from -126 to 127.
    @inline(__always)
    private static func powerOfTwo(_ n: Int32) -> Float {
        Float(bitPattern: UInt32(bitPattern: (n &+ 127) &<< 23))
    }
}

extension Double: KernelScalar {
    static func exp(_ x: Double) -> Double { Foundation.exp(x) }
    static func log(_ x: Double) -> Double { Foundation.log(x) }
    static func log1p(_ x: Double) -> Double { Foundation.log1p(x) }
    static func sin(_ x: Double) -> Double { Foundation.sin(x) }
    static func cos(_ x: Double) -> Double { Foundation.cos(x) }
    static func acos(_ x: Double) -> Double { Foundation.acos(x) }
}

/// A matrix in memory, of values or of derivatives.
struct Block<Scalar> {
    let rows: Int
    let columns: Int
    let base: UnsafeMutablePointer<Scalar>

    var count: Int { rows * columns }

    /// Where row i of a shape begins to which this matrix is repeated.
    @inline(__always)
    func row(_ i: Int) -> UnsafeMutablePointer<Scalar> { base + (rows == 1 ? 0 : i) * columns }

    @inline(__always)
    func fill(_ value: Scalar) {
        for index in 0..<count { base[index] = value }
    }
}

/// The matrices around an operation on a tape.
struct Surroundings<Scalar: KernelScalar> {
    let tape: Tape<Scalar>
    let node: Node

    init(_ number: Int, on tape: Tape<Scalar>) {
        self.tape = tape
        node = tape.nodes[number]
    }

    var result: Block<Scalar> {
        Block(rows: node.rowCount, columns: node.columnCount, base: node.values(Scalar.self))
    }
    /// The derivative by the result.
    var derivative: Block<Scalar> {
        Block(rows: node.rowCount, columns: node.columnCount, base: node.gradient(Scalar.self))
    }
    var first: Block<Scalar> { values(node.first) }
    var second: Block<Scalar> { values(node.second) }

    /// The elements of the mask; nil if all count.
    var mask: UnsafeMutablePointer<Bool>? {
        guard node.mask >= 0 else { return nil }
        return tape.masks[node.mask].buffer.memory?.assumingMemoryBound(to: Bool.self)
    }

    /// Where the derivative by an operand is added up, with zeros if nothing was added yet; nil if it is not wanted.
    func sum(_ number: Int) -> Block<Scalar>? {
        guard let (block, isEmpty) = unsetSum(number) else { return nil }
        if isEmpty { block.fill(0) }
        return block
    }

    /// The same without the zeros: where `isEmpty`, the memory holds anything and must be written.
    func unsetSum(_ number: Int) -> (block: Block<Scalar>, isEmpty: Bool)? {
        guard tape.nodes[number].needsGradient else { return nil }
        let isEmpty = !tape.nodes[number].hasGradient
        tape.nodes[number].hasGradient = true
        let operand = tape.nodes[number]
        return (
            Block(rows: operand.rowCount, columns: operand.columnCount, base: operand.gradient(Scalar.self)), isEmpty
        )
    }

    private func values(_ number: Int) -> Block<Scalar> {
        let operand = tape.nodes[number]
        return Block(rows: operand.rowCount, columns: operand.columnCount, base: operand.values(Scalar.self))
    }
}
