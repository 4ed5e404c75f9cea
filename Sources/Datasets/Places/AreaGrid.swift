internal import Foundation

/// Divides the ground into areas of a grid, with a gap between them.
///
/// Half of the gap is taken away along each edge of an area. Whichever areas then train and whichever test, images of two areas are at
/// least the gap apart.
///
/// On a plane the areas are squares, counted from the origin of the coordinates. On the Earth they lie in rows between parallels, which
/// are a side apart along the meridians, counted from the equator; in each row, meridians bound equally wide areas, counted from 180°
/// west, as many as leave each at least a side wide where the row is narrowest. So the same position is in the same area whatever other
/// positions there are.
///
/// ```swift
/// let grid = AreaGrid(side: 200, gap: 50, coordinates: .metres)
/// let places = GroundPositions(east: [100, 180, 300], north: [100, 100, 100])
/// print(grid.areas(of: places).map { $0?.name ?? "in a gap" })  // the first, a gap, and the second
/// ```
public struct AreaGrid: Sendable, Hashable {
    /// The side of an area, gap included, in metres.
    public let side: Double
    /// How far areas are apart, in metres.
    public let gap: Double
    /// What the positions are given in.
    public let coordinates: GroundPositions.Coordinates

    /// An area by its place in the grid.
    public struct Area: Sendable, Hashable {
        /// Its number to the east.
        public let column: Int
        /// Its number to the north.
        public let row: Int

        /// A name such as `e002931n-00012`; names in the order of their bytes go from west to east on the positive side.
        public var name: String {
            func padded(_ number: Int) -> String {
                let digits = "\(abs(number))"
                return (number < 0 ? "-" : "")
                    + String(repeating: "0", count: max(0, (number < 0 ? 5 : 6) - digits.utf8.count)) + digits
            }
            return "e\(padded(column))n\(padded(row))"
        }
    }

    /// Makes a grid.
    ///
    /// - Precondition: the side is at least a metre and at most 10⁷, and the gap not negative and less than the side.
    public init(side: Double, gap: Double = 0, coordinates: GroundPositions.Coordinates) {
        precondition((1...1e7).contains(side) && gap >= 0 && gap < side, "a side of \(side) and a gap of \(gap)")
        (self.side, self.gap, self.coordinates) = (side, gap, coordinates)
    }

    /// The area of each position; nil for positions in a gap.
    ///
    /// - Complexity: O(n).
    /// - Precondition: the positions have the coordinates of the grid.
    public func areas(of positions: GroundPositions) -> [Area?] {
        precondition(positions.coordinates == coordinates, "\(positions.coordinates) for a grid of \(coordinates)")
        return positions.values.map { coordinates == .metres ? areaOnPlane($0) : areaOnEarth($0) }
    }

    private func areaOnPlane(_ position: SIMD2<Double>) -> Area? {
        let numbers = (position / side).rounded(.down)
        let offsets = position - numbers * side
        guard isInside(offsets.x, of: side), isInside(offsets.y, of: side) else { return nil }
        return Area(column: Int(numbers.x), row: Int(numbers.y))
    }

    private func areaOnEarth(_ position: SIMD2<Double>) -> Area? {
        let north = Ellipsoid.meridianArc(toLatitude: position.y * .pi / 180)
        let row = (north / side).rounded(.down)
        guard isInside(north - row * side, of: side) else { return nil }
        let edge = Ellipsoid.latitude(ofMeridianArc: side * (row < 0 ? row : row + 1))
        // The row's shortest parallel.
        let radius = Ellipsoid.parallelRadius(atLatitude: edge)
        let count = max(1, (2 * .pi * radius / side).rounded(.down))
        // The only area of its row goes all round.
        guard count > 1 else { return Area(column: 0, row: Int(row)) }
        let width = 2 * .pi / count
        let east = (position.x + 180) * .pi / 180
        let column = min((east / width).rounded(.down), count - 1)
        guard isInside(radius * (east - column * width), of: radius * width) else { return nil }
        return Area(column: Int(column), row: Int(row))
    }

    /// Whether an offset is half a gap away from both ends of a length.
    private func isInside(_ offset: Double, of length: Double) -> Bool {
        gap == 0 || (offset >= gap / 2 && length - offset >= gap / 2)
    }
}
