public import Embeddings

extension Preprocessing {
    /// The preprocessing as manifests record it.
    public var record: PreprocessingRecord {
        let resizeRecord: PreprocessingRecord.Resize =
            switch resize {
            case .unchanged: .init(mode: "none")
            case .shorterSide(let length): .init(mode: "shorter_side", size: length)
            case .exactly(let height, let width): .init(mode: "exactly", height: height, width: width)
            case .covering(let height, let width): .init(mode: "covering", height: height, width: width)
            case .fitting(let height, let width): .init(mode: "fitting", height: height, width: width)
            }
        return PreprocessingRecord(
            inputSize: [channelCount, height, width], resize: resizeRecord, interpolation: interpolation.rawValue,
            mean: mean, std: standardDeviation, exifOrientation: orientedByEXIF ? true : nil,
            cropRoundsDown: cropRoundsDown ? true : nil,
            channelOrder: channelOrder == .rgb ? nil : channelOrder.rawValue)
    }

    /// Reads a manifest's record.
    ///
    /// - Throws: ``FeatureExtractionError/badRecord(found:expected:)`` for a record that does not describe a valid
    ///   preprocessing.
    public init(record: PreprocessingRecord) throws {
        func failure(_ name: String, _ found: any CustomStringConvertible, _ expected: String) -> FeatureExtractionError
        {
            .badRecord(found: "\(name) \(found)", expected: expected)
        }
        func size(_ value: Int?, _ name: String) throws -> Int {
            guard let value, 1...JSONMembers.largestSize ~= value else {
                throw failure(
                    name, value.map { "\($0)" } ?? "left out", "a whole number from 1 to \(JSONMembers.largestSize)")
            }
            return value
        }
        let sizes = record.inputSize
        guard sizes.count == 3, sizes[0] == 1 || sizes[0] == 3 else {
            throw failure("input_size", "\(sizes)", "[channels, height, width] with 1 or 3 channels")
        }
        let channelCount = sizes[0]
        func channels(_ values: [Float], _ name: String, positive: Bool) throws -> [Float] {
            guard values.count == channelCount, values.allSatisfy({ $0.isFinite && (!positive || $0 > 0) }) else {
                throw failure(name, "\(values)", "\(channelCount) \(positive ? "positive " : "")numbers, one a channel")
            }
            return values
        }
        guard let interpolation = Interpolation(rawValue: record.interpolation) else {
            throw failure(
                "interpolation", "\"\(record.interpolation)\"",
                "one of " + Interpolation.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
        }
        let order = record.channelOrder ?? ChannelOrder.rgb.rawValue
        guard let channelOrder = ChannelOrder(rawValue: order), channelCount == 3 || channelOrder == .rgb else {
            throw failure(
                "channel_order", "\"\(order)\" of \(channelCount) channels", "\"rgb\", or \"bgr\" of 3 channels")
        }
        let resize: Resize
        switch record.resize.mode {
        case "none": resize = .unchanged
        case "shorter_side": resize = .shorterSide(try size(record.resize.size, "resize.size"))
        case "exactly", "covering", "fitting":
            let height = try size(record.resize.height, "resize.height")
            let width = try size(record.resize.width, "resize.width")
            resize =
                switch record.resize.mode {
                case "exactly": .exactly(height: height, width: width)
                case "covering": .covering(height: height, width: width)
                default: .fitting(height: height, width: width)
                }
        default:
            throw failure(
                "resize.mode", "\"\(record.resize.mode)\"",
                "\"none\", \"shorter_side\", \"exactly\", \"covering\" or \"fitting\"")
        }
        self.init(
            channelCount: channelCount, height: try size(sizes[1], "input_size"),
            width: try size(sizes[2], "input_size"),
            resize: resize, interpolation: interpolation, mean: try channels(record.mean, "mean", positive: false),
            standardDeviation: try channels(record.std, "std", positive: true),
            orientedByEXIF: record.exifOrientation ?? false, cropRoundsDown: record.cropRoundsDown ?? false,
            channelOrder: channelOrder)
    }
}
