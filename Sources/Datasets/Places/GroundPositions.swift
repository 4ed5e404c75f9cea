internal import Foundation

/// Where samples are on the ground: in metres on a plane, or by latitude and longitude.
///
/// On a plane the distance of two positions is the Euclidean one. Of positions in degrees (WGS 84, at sea level) it is the length
/// of the straight line between them through the ground, bent to an arc of the mean radius: with c for that line and R for the
/// radius, `2R·asin(c/2R)`. That is off by less than a tenth of a millimetre at 1 km and 1 cm at 20 km, at any latitude and across the
/// antimeridian, and by at most half a percent elsewhere.
///
/// ```swift
/// let places = GroundPositions(latitudes: [47.3763, 47.3763], longitudes: [8.5479, 8.5482])
/// print(places.distance(from: 0, to: 1, in: places))  // 22.656… metres
/// ```
public struct GroundPositions: Sendable, Equatable {
    /// What the numbers of positions are.
    public enum Coordinates: String, Sendable, Hashable, Codable, CaseIterable {
        /// Metres east and north of somewhere, as of UTM.
        case metres
        /// Degrees of latitude and longitude.
        case degrees
    }

    /// What the numbers are.
    public let coordinates: Coordinates
    /// For each sample the metres to the east and north, or the degrees of longitude, from −180 up to but not including 180, and
    /// latitude.
    public let values: [SIMD2<Double>]
    /// The same in space, in metres.
    let points: [SIMD3<Double>]

    /// The largest number of metres that a coordinate may have; the Earth is 40,000 km round.
    static let largestCoordinate = 1e8

    /// Takes positions in metres.
    ///
    /// - Precondition: there are equally many of both, all of at most 10⁸ in magnitude.
    public init(east: [Double], north: [Double]) {
        precondition(east.count == north.count, "\(east.count) numbers to the east for \(north.count) to the north")
        coordinates = .metres
        values = zip(east, north).map { east, north in
            precondition(
                abs(east) <= Self.largestCoordinate && abs(north) <= Self.largestCoordinate,
                "the position \(east), \(north)")
            return SIMD2(east, north)
        }
        points = values.map { SIMD3($0.x, $0.y, 0) }
    }

    /// Takes positions in degrees.
    ///
    /// - Precondition: there are equally many of both; latitudes are from −90 to 90, longitudes from −180 to 360.
    public init(latitudes: [Double], longitudes: [Double]) {
        precondition(
            latitudes.count == longitudes.count, "\(latitudes.count) latitudes for \(longitudes.count) longitudes")
        coordinates = .degrees
        values = zip(latitudes, longitudes).map { latitude, longitude in
            precondition(
                (-90...90).contains(latitude) && (-180...360).contains(longitude),
                "the position \(latitude), \(longitude)")
            return SIMD2(longitude < 180 ? longitude : longitude - 360, latitude)
        }
        points = values.map {
            Ellipsoid.point(latitude: $0.y * .pi / 180, longitude: $0.x * .pi / 180)
        }
    }

    private init(_ coordinates: Coordinates, _ values: [SIMD2<Double>], _ points: [SIMD3<Double>]) {
        (self.coordinates, self.values, self.points) = (coordinates, values, points)
    }

    /// How many positions there are.
    public var count: Int { values.count }

    /// The positions at some places of the list, in that order.
    public func selecting(_ places: [Int]) -> GroundPositions {
        GroundPositions(coordinates, places.map { values[$0] }, places.map { points[$0] })
    }

    /// The distance on the ground, in metres, from one of these positions to one of others.
    ///
    /// - Precondition: both have the same coordinates.
    public func distance(from place: Int, to other: Int, in others: GroundPositions) -> Double {
        precondition(coordinates == others.coordinates, "from \(coordinates) to \(others.coordinates)")
        let line = squaredLength(points[place] - others.points[other]).squareRoot()
        guard coordinates == .degrees else { return line }
        let diameter = 2 * Ellipsoid.meanRadius
        return diameter * asin(min(1, line / diameter))
    }

    /// The square of the straight line through the ground that ends at a distance on it; infinite where all lines are shorter.
    func squaredLine(ofDistance distance: Double) -> Double {
        guard coordinates == .degrees else { return distance * distance }
        let diameter = 2 * Ellipsoid.meanRadius
        guard distance < .pi / 2 * diameter else { return .infinity }
        let line = diameter * sin(distance / diameter)
        return line * line
    }
}

/// The sum of the squares.
func squaredLength(_ vector: SIMD3<Double>) -> Double {
    vector.x * vector.x + vector.y * vector.y + vector.z * vector.z
}
