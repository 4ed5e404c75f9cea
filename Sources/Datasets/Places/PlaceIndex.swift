/// Finds positions near others in a grid of cubes, whose sides are as long as the radius.
///
/// ```swift
/// let street = GroundPositions(east: [0, 20, 50], north: [0, 0, 0])
/// let index = PlaceIndex(of: street, radius: 25)
/// print(index.positions(near: 0, of: street))  // [0, 1]
/// ```
public struct PlaceIndex: Sendable {
    /// Positions count as near up to this distance, itself included, in metres.
    public let radius: Double
    private let positions: GroundPositions
    /// The positions by the cubes that they are in, and in each ascending.
    private let sorted: [Int32]
    private let cubes: [SIMD3<Int32>: Range<Int>]
    private let side: Double
    private let squaredLine: Double

    /// Sorts positions into cubes.
    ///
    /// - Complexity: O(n log n).
    /// - Precondition: the radius is finite and not negative.
    public init(of positions: GroundPositions, radius: Double) {
        precondition(radius >= 0 && radius.isFinite, "the radius \(radius)")
        self.positions = positions
        self.radius = radius
        squaredLine = positions.squaredLine(ofDistance: radius)
        // No line is longer than the distance. Cubes of a metre hold positions closely enough, and their numbers fit.
        side = max(radius, 1) * (1 + 0x1p-20)
        let cubeOfPosition = positions.points.map { [side] in Self.cube(of: $0, side: side) }
        func precedes(_ a: SIMD3<Int32>, _ b: SIMD3<Int32>) -> Bool { (a.x, a.y, a.z) < (b.x, b.y, b.z) }
        sorted = cubeOfPosition.indices.map(Int32.init).sorted { first, second in
            let (a, b) = (cubeOfPosition[Int(first)], cubeOfPosition[Int(second)])
            return a == b ? first < second : precedes(a, b)
        }
        var cubes: [SIMD3<Int32>: Range<Int>] = [:]
        var start = 0
        while start < sorted.count {
            let cube = cubeOfPosition[Int(sorted[start])]
            let end = sorted[start...].firstIndex { cubeOfPosition[Int($0)] != cube } ?? sorted.count
            cubes[cube] = start..<end
            start = end
        }
        self.cubes = cubes
    }

    private static func cube(of point: SIMD3<Double>, side: Double) -> SIMD3<Int32> {
        SIMD3<Int32>((point / side).rounded(.down))
    }

    /// The indexed positions within the radius of another position, ascending.
    ///
    /// - Complexity: O(c + r log r) for c positions in the cubes around it, of which r are near.
    /// - Precondition: both have the same coordinates.
    public func positions(near place: Int, of others: GroundPositions) -> [Int32] {
        precondition(
            others.coordinates == positions.coordinates, "\(others.coordinates) among \(positions.coordinates)")
        let point = others.points[place]
        let centre = Self.cube(of: point, side: side)
        let depths: ClosedRange<Int32> = positions.coordinates == .metres ? 0...0 : -1...1
        var found: [Int32] = []
        for dx in Int32(-1)...1 {
            for dy in Int32(-1)...1 {
                for dz in depths {
                    guard let range = cubes[centre &+ SIMD3(dx, dy, dz)] else { continue }
                    for position in sorted[range]
                    where squaredLength(positions.points[Int(position)] - point) <= squaredLine {
                        found.append(position)
                    }
                }
            }
        }
        return found.sorted()
    }
}
