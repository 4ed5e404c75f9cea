/// What a user wants otherwise than the file beside a model says; nil leaves it as it is.
public struct PreprocessingChanges: Sendable, Equatable {
    /// How an image is resized before the crop.
    public var resize: Preprocessing.Resize?
    /// The fraction that the crop is of the resize, as timm defines `crop_pct`, instead of `resize`.
    public var cropFraction: Double?
    /// The height and width that the crop leaves.
    public var crop: [Int]?
    /// How pixels between pixels are made up.
    public var interpolation: Interpolation?
    /// What is subtracted from each channel; one value means a network for grey.
    public var mean: [Float]?
    /// What each channel is then divided by.
    public var standardDeviation: [Float]?
    /// Whether an image is first turned as its EXIF data says.
    public var orientedByEXIF: Bool?

    /// Changes nothing, until told to.
    public init() {}

    /// The preprocessing with what is wanted otherwise.
    ///
    /// - Precondition: `crop` has two positive values, `cropFraction` is positive and `resize` is not given beside it.
    /// - Throws: ``FeatureExtractionError`` where mean and standard deviation are not of equally many channels, 1 or 3.
    public func applied(to base: Preprocessing) throws -> Preprocessing {
        try made(
            crop: crop ?? [base.height, base.width], resize: resize ?? base.resize,
            interpolation: interpolation ?? base.interpolation, mean: mean ?? base.mean,
            standardDeviation: standardDeviation ?? base.standardDeviation,
            orientedByEXIF: orientedByEXIF ?? base.orientedByEXIF, cropRoundsDown: base.cropRoundsDown)
    }

    /// The preprocessing where all of it is given, or nil.
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
