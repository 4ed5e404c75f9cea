/// A measure of how far apart the sides of a partition are; higher means farther.
public enum ShiftMeasure: String, Sendable, Hashable, Codable, CaseIterable {
    /// The squared Fréchet distance between Gaussians that are fitted to the sides: the axis of the levels.
    case frechet
    /// The unbiased squared MMD with the cubic kernel of KID (``KernelDiscrepancy``), over all samples.
    case kid
    /// The unbiased squared MMD with the Gaussian kernel exp(−‖x − y‖² / 2σ²).
    ///
    /// With normalised embeddings of CLIP and σ = 10 it is CMMD without that's factor of 1000 (Jayasumana et al., "Rethinking FID:
    /// Towards a Better Evaluation Metric for Image Generation", CVPR 2024), which keeps the pairs of a sample with itself.
    case mmd
    /// The energy distance 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, in its squared form, over pairs of different samples, so that it is
    /// unbiased (Székely and Rizzo, "Energy statistics: A class of statistics based on distances", Journal of Statistical
    /// Planning and Inference 143, 2013).
    case energy
    /// The median distance of a test class from its nearest training class, between the means of their samples, divided by
    /// the typical distance of a sample from the mean of its class (``ClassSpread``).
    case novelty

    /// The name in tables and charts.
    public var title: String {
        switch self {
        case .frechet: "Fréchet"
        case .kid: "KID"
        case .mmd: "MMD"
        case .energy: "energy"
        case .novelty: "novelty"
        }
    }

    /// The name in sentences.
    public var name: String {
        switch self {
        case .frechet: "the Fréchet distance"
        case .kid: "KID"
        case .mmd: "the Gaussian MMD"
        case .energy: "the energy distance"
        case .novelty: "the novelty of test classes"
        }
    }

    /// The functions of pairs that the measure is made of; nil if it is made otherwise.
    func function(bandwidth: Double) -> PairFunction? {
        switch self {
        case .kid: .cubic
        case .mmd: .gaussian(bandwidth: bandwidth)
        case .energy: .distance
        case .frechet, .novelty: nil
        }
    }
}

/// The value of a measure at a level, and that of random sides.
public struct MeasuredShift: Sendable, Equatable {
    /// The value.
    public let value: Double
    /// The values of random exchanges of the level's classes; nil if none were drawn.
    public let null: NullBand?
    /// Where the value lies relative to these.
    public let position: BandPosition?

    init(_ value: Double, among draws: [Double], usualCount: Int) {
        self.value = value
        null = draws.count < 2 ? nil : NullBand(of: value, among: draws, usualCount: usualCount)
        position = draws.count < 2 ? nil : BandPosition(of: value, among: draws)
    }
}
