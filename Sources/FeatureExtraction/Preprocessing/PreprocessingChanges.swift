/// Changes that a user wants to the preprocessing in the file beside a model; nil changes nothing.
public struct PreprocessingChanges: Sendable, Equatable {
    /// How an image is resized before the crop.
    public var resize: Preprocessing.Resize?
    /// The crop's size as a fraction of the resized image's, as timm's `crop_pct`; use it instead of `resize`.
    public var cropFraction: Double?
    /// The height and width that the crop leaves.
    public var crop: [Int]?
    /// The filter of the resize.
    public var interpolation: Interpolation?
    /// The value subtracted from each channel; a single value means a network for grey images.
    public var mean: [Float]?
    /// The value that each channel is then divided by.
    public var standardDeviation: [Float]?
    /// Whether an image is first rotated as its EXIF data says.
    public var orientedByEXIF: Bool?

    /// Makes an empty set of changes.
    public init() {}

    /// The preprocessing with these changes.
    ///
    /// - Precondition: `crop` has two positive values, `cropFraction` is positive and is not given together with
    ///   `resize`.
    /// - Throws: ``FeatureExtractionError`` unless mean and standard deviation have the same number of channels, 1 or
    ///   3.
    public func applied(to base: Preprocessing) throws -> Preprocessing {
        try made(
            crop: crop ?? [base.height, base.width], resize: resize ?? base.resize,
            interpolation: interpolation ?? base.interpolation, mean: mean ?? base.mean,
            standardDeviation: standardDeviation ?? base.standardDeviation,
            orientedByEXIF: orientedByEXIF ?? base.orientedByEXIF, cropRoundsDown: base.cropRoundsDown)
    }

    /// The preprocessing if all of it is given, else nil.
    ///
    /// - Throws: as ``applied(to:)``.
    public func complete() throws -> Preprocessing? {
        guard let crop, let interpolation, let mean, let standardDeviation, resize != nil || cropFraction != nil else {
            return nil
        }
        return try made(
            crop: crop, resize: resize ?? .unchanged, interpolation: interpolation, mean: mean,
            standardDeviation: standardDeviation, orientedByEXIF: orientedByEXIF ?? false, cropRoundsDown: false)
    }

    private func made(
        crop: [Int], resize: Preprocessing.Resize, interpolation: Interpolation, mean: [Float],
        standardDeviation: [Float], orientedByEXIF: Bool, cropRoundsDown: Bool
    ) throws -> Preprocessing {
        precondition(crop.count == 2, "\(crop.count) sizes of a crop, not height and width")
        precondition(self.resize == nil || cropFraction == nil, "a resize and a crop fraction of \(cropFraction ?? 0)")
        let isUsable =
            mean.count == standardDeviation.count && (mean.count == 1 || mean.count == 3)
            && mean.allSatisfy(\.isFinite) && standardDeviation.allSatisfy { $0.isFinite && $0 > 0 }
        guard isUsable else {
            throw FeatureExtractionError.unusableChanges(
                found: "mean \(mean) and standard deviation \(standardDeviation)",
                expected: "1 or 3 numbers each, one a channel, and positive standard deviations")
        }
        let fractional = cropFraction.map {
            Preprocessing.resize(forCropFraction: $0, height: crop[0], width: crop[1])
        }
        return Preprocessing(
            channelCount: mean.count, height: crop[0], width: crop[1], resize: fractional ?? resize,
            interpolation: interpolation, mean: mean, standardDeviation: standardDeviation,
            orientedByEXIF: orientedByEXIF, cropRoundsDown: cropRoundsDown)
    }
}

extension Preprocessing: CustomStringConvertible {
    /// The steps in one line, as in "resize the shorter side to 256 (bilinear), crop to 224 × 224, RGB, mean 0.485 0.456
    /// 0.406, std 0.229 0.224 0.225".
    public var description: String {
        let filter = " (\(interpolation.rawValue))"
        let step =
            switch resize {
            case .unchanged: "no resize"
            case .shorterSide(let side): "resize the shorter side to \(side)" + filter
            case .exactly(let height, let width): "resize to \(height) × \(width)" + filter
            case .covering(let height, let width): "resize to cover \(height) × \(width)" + filter
            case .fitting(let height, let width): "resize to fit \(height) × \(width)" + filter
            }
        func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: " ") }
        return (orientedByEXIF ? "turn by EXIF, " : "") + "\(step), crop to \(height) × \(width), "
            + "\(channelCount == 1 ? "grey" : "RGB"), mean \(list(mean)), std \(list(standardDeviation))"
    }
}
