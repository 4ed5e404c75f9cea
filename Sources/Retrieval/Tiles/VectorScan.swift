/// Calls `body` with each index at which a condition holds for a value and its counterpart, ascending.
///
/// It is for conditions that rarely hold: 32 values at a time are ruled out together. Accesses are unchecked, because
/// this is an innermost loop.
///
/// - Parameters:
///   - values: the values to scan.
///   - others: the same number of counterparts.
///   - vector: the condition for eight values and their counterparts.
///   - scalar: the same for one value and its counterpart.
@inline(__always)
func forEachIndex(
    of values: UnsafeBufferPointer<Float>, and others: UnsafeBufferPointer<Float>,
    where vector: (SIMD8<Float>, SIMD8<Float>) -> SIMDMask<SIMD8<Int32>>, _ scalar: (Float, Float) -> Bool,
    _ body: (Int) -> Void
) {
    precondition(values.count == others.count, "\(values.count) values and \(others.count) counterparts")
    guard let valuesStart = values.baseAddress, let othersStart = others.baseAddress else { return }
    let (rawValues, rawOthers) = (UnsafeRawPointer(valuesStart), UnsafeRawPointer(othersStart))
    let laneCount = 8
    let groupCount = 4
    var start = 0
    while start < values.count {
        let end = min(start &+ laneCount &* groupCount, values.count)
        var holdsSomewhere = true
        if end &- start == laneCount &* groupCount {
            var lanes = SIMD8<Int32>.zero
            for group in 0..<groupCount {
                let offset = 4 &* (start &+ group &* laneCount)
                lanes.replace(
                    with: -1,
                    where: vector(
                        rawValues.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self),
                        rawOthers.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)))
            }
            holdsSomewhere = lanes.wrappedSum() != 0
        }
        if holdsSomewhere {
            var i = start
            while i < end {
                if scalar(valuesStart[i], othersStart[i]) { body(i) }
                i &+= 1
            }
        }
        start = end
    }
}
