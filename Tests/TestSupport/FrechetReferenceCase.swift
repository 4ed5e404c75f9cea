import Foundation

/// One case of `Tests/FrechetTests/Fixtures/frechet.json`: how two sets of rows are made, and their exact distance.
///
/// `Scripts/fixtures/frechet_reference.py` wrote the file and says what the fields mean.
public struct FrechetReferenceCase: Decodable, Sendable, CustomStringConvertible {
    /// What is special about it.
    public let name: String
    /// The numbers of rows of the two sides.
    public let n: [Int]
    /// The number of columns.
    public let d: Int
    /// The squared distance of the means.
    public let meanPart: Double
    /// The squared distance of the values in double precision.
    public let exact: Double
    /// The squared distance of the same values rounded to single precision.
    public let exactFloat32: Double
    /// The checksum of each side's rows.
    public let checksums: [String]
    let steps: [[String]]
    let scale: Double
    let offset: Double
    let shift: Double
    let noise: Double
    let tolerance: Double
    let seed: UInt64

    /// The name.
    public var description: String { name }

    /// All cases; none if the file is not there.
    public static let all: [FrechetReferenceCase] = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = try? Data(contentsOf: testFile("FrechetTests/Fixtures/frechet.json")) else {
            return []
        }
        return (try? decoder.decode([FrechetReferenceCase].self, from: data)) ?? []
    }()

    /// The rows of side 0 or 1, to the last bit as the script made them.
    public func rows(_ side: Int) -> [[Double]] {
        let (n, steps) = (n[side], steps[side])
        var x = Self.uniform(n, d, seed: steps.contains("copy") ? seed : seed + UInt64(side))
        func change(_ step: String, _ value: (_ i: Int, _ j: Int) -> Double) {
            guard steps.contains(step) else { return }
            x = (0..<n).map { i in (0..<d).map { j in value(i, j) } }
        }
        if steps.contains("low-rank") {
            let rank = max(1, d / 4)
            let mixing = Self.uniform(rank, d, seed: 99).map { $0.map { ($0 * 8).rounded(.down) } }
            let leading = x.map { $0[..<rank].map { ($0 * 0x1p20).rounded(.down) * 0x1p-20 } }
            change("low-rank") { i, j in (0..<rank).reduce(0) { $0 + leading[i][$1] * mixing[$1][j] } }
        }
        change("rectified") { i, j in max(x[i][j], 0) }
        change("decaying") { i, j in x[i][j] * Self.half(toThe: j / 2) }
        change("scaled-columns") { i, j in x[i][j] * Self.half(toThe: 20 * j / max(1, d - 1)) }
        change("duplicated-rows") { i, j in x[i / 3][j] }
        change("constant-columns") { i, j in j % 3 == 0 ? 0.1 : x[i][j] }
        change("constant") { _, j in x[0][j] }
        x = x.map { $0.map { $0 * scale + offset + Double(side) * shift } }
        let added = Self.uniform(n, d, seed: seed + 2)
        change("noise") { i, j in x[i][j] + added[i][j] * noise }
        change("reversed") { i, j in x[n - 1 - i][j] }
        return x
    }

    /// Whether a distance is near enough to an exact one; where that is 0, rounding may leave a little of the means.
    public func accepts(_ distance: Double, for exact: Double) -> Bool {
        abs(distance - exact) <= max(tolerance * exact, 1e-28)
    }

    /// The checksum that the script computed from the bits of the rows.
    public static func checksum(_ rows: [[Double]]) -> String {
        let sum = rows.joined().reduce(UInt64(0)) { $0 &* 31 &+ $1.bitPattern }
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func uniform(_ n: Int, _ d: Int, seed: UInt64) -> [[Double]] {
        var generator = SplitMix64(seed: seed)
        return (0..<n).map { _ in (0..<d).map { _ in generator.uniform() } }
    }

    private static func half(toThe power: Int) -> Double {
        Double(sign: .plus, exponent: -power, significand: 1)
    }
}
