import Foundation

/// The resampling filter; the filters are Pillow's, widened when an image shrinks.
public enum Interpolation: String, Sendable, Codable, CaseIterable {
    /// The nearest pixel.
    case nearest
    /// The mean of the covered pixels.
    case box
    /// A triangle.
    case bilinear
    /// A Hamming window as wide as the triangle, sharper than bilinear.
    case hamming
    /// A cubic with a = −0.5 (Catmull–Rom).
    case bicubic
    /// A sinc, windowed to three lobes.
    case lanczos

    /// How far the filter reaches to each side, in pixels of the larger image; nil for `nearest`.
    var support: Double? {
        switch self {
        case .nearest: nil
        case .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The filter's weight at the distance `x`.
    func weight(_ x: Double) -> Double {
        let distance = abs(x)
        switch self {
        case .nearest: return 1
        // Half open, so that only one of two pixels at the same distance counts.
        case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: return max(1 - distance, 0)
        case .hamming: return distance < 1 ? sinc(distance) * (0.54 + 0.46 * cos(.pi * distance)) : 0
        case .bicubic:
            if distance < 1 { return (1.5 * distance - 2.5) * distance * distance + 1 }
            return distance < 2 ? -0.5 * (((distance - 5) * distance + 8) * distance - 4) : 0
        case .lanczos: return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
        }
    }

    private func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(.pi * x) / (.pi * x)
    }
}
