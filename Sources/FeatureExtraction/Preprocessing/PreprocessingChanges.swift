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
    /// The order of the channels in the network's input, in which mean and standard deviation are too.
    public var channelOrder: Preprocessing.ChannelOrder?

    /// Makes an empty set of changes.
    public init() {}

    /// The preprocessing with these changes.
    ///
    /// - Precondition: `crop` has two positive values, `cropFraction` is positive and is not given together with
    ///   `resize`.
    /// - Throws: ``FeatureExtractionError`` unless mean and standard deviation have the same number of channels, 1 or
    ///   3.
    public func applied(to base: Preprocessing) throws -> Preprocessing {
        let parts = PreprocessingParts(
            resize: .success(base.resize), crop: .success((base.height, base.width)),
            interpolation: .success(base.interpolation), mean: .success(base.mean),
            standardDeviation: .success(base.standardDeviation), orientedByEXIF: base.orientedByEXIF,
            cropRoundsDown: base.cropRoundsDown, channelOrder: base.channelOrder)
        return try parts.changed(by: self)
    }

    /// The preprocessing if all of it is given, else nil.
    ///
    /// - Throws: as ``applied(to:)``.
    public func complete() throws -> Preprocessing? {
        do {
            return try PreprocessingParts.none.changed(by: self)
        } catch is MissingParts {
            return nil
        }
    }

    /// The options of `oodml` for what is not given.
    var missingOptions: String {
        do {
            _ = try PreprocessingParts.none.changed(by: self)
            return ""
        } catch {
            return (error as? MissingParts)?.options ?? ""
        }
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
        let order = channelOrder == .bgr ? " of blue, green, red" : ""
        return (orientedByEXIF ? "turn by EXIF, " : "") + "\(step), crop to \(height) × \(width), "
            + "\(channelCount == 1 ? "grey" : channelOrder.rawValue.uppercased()), mean \(list(mean))\(order), "
            + "std \(list(standardDeviation))"
    }
}
