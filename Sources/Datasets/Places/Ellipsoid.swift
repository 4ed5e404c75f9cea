internal import Foundation

/// The ellipsoid of WGS 84, on which latitudes and longitudes are.
enum Ellipsoid {
    /// Half of the longer axis, in metres.
    static let equatorialRadius = 6_378_137.0
    private static let flattening = 1 / 298.257223563
    /// The square of the first eccentricity.
    private static let squaredEccentricity = flattening * (2 - flattening)
    /// (2a + b) / 3, the radius of the sphere that long distances are measured on, in metres.
    static let meanRadius = equatorialRadius * (1 - flattening / 3)

    /// The point at a latitude and a longitude, in metres from the centre.
    static func point(latitude: Double, longitude: Double) -> SIMD3<Double> {
        let radius = parallelRadius(atLatitude: latitude)
        let height =
            equatorialRadius * (1 - squaredEccentricity) * sin(latitude)
            / (1 - squaredEccentricity * sin(latitude) * sin(latitude)).squareRoot()
        return SIMD3(radius * cos(longitude), radius * sin(longitude), height)
    }

    /// The radius of the parallel at a latitude in radians, in metres.
    static func parallelRadius(atLatitude latitude: Double) -> Double {
        max(0, equatorialRadius * cos(latitude))
            / (1 - squaredEccentricity * sin(latitude) * sin(latitude)).squareRoot()
    }

    /// The length of the meridian from the equator to a latitude in radians, in metres.
    ///
    /// Source: Helmert's series in the third flattening n, here up to n⁴, which is right to a millionth of a metre.
    static func meridianArc(toLatitude latitude: Double) -> Double {
        let n = flattening / (2 - flattening)
        let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n)
        return equatorialRadius / (1 + n)
            * ((1 + n2 / 4 + n4 / 64) * latitude - 3 / 2 * (n - n3 / 8) * sin(2 * latitude)
                + 15 / 16 * (n2 - n4 / 4) * sin(4 * latitude) - 35 / 48 * n3 * sin(6 * latitude)
                + 315 / 512 * n4 * sin(8 * latitude))
    }

    /// The latitude, in radians, up to which a meridian has a length from the equator; beyond the pole, that of the pole.
    static func latitude(ofMeridianArc length: Double) -> Double {
        let pole = Double.pi / 2
        guard abs(length) < meridianArc(toLatitude: pole) else { return length < 0 ? -pole : pole }
        var latitude = length / meanRadius
        // Newton's method; the first guess is off by a part in three hundred, and each step squares that.
        for _ in 0..<5 {
            let w = 1 - squaredEccentricity * sin(latitude) * sin(latitude)
            let slope = equatorialRadius * (1 - squaredEccentricity) / (w * w.squareRoot())
            latitude -= (meridianArc(toLatitude: latitude) - length) / slope
        }
        return min(max(latitude, -pole), pole)
    }
}
