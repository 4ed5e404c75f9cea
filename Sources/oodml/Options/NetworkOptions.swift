internal import Files
public import ArgumentParser
public import FeatureExtraction

/// How to read networks and prepare images for them, if the file beside a model does not say so or should be
/// overridden.
struct NetworkOptions: ParsableArguments {
    @Option(
        name: .customLong("output"),
        help: ArgumentHelp(
            "The output that is the embedding; of an ONNX network any tensor within it.", valueName: "name"))
    var outputName: String?

    @Option(
        name: .customLong("pool"),
        help: ArgumentHelp(
            "How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the others; "
                + "grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map.",
            valueName: "pool"))
    var pooling: Pooling?

    @Option(
        help: ArgumentHelp(
            "The resize before the crop: the shorter side, HEIGHTxWIDTH, or none.", valueName: "size"),
        transform: resizeSize)
    var resize: Preprocessing.Resize?

    @Option(
        help: ArgumentHelp(
            "The part of the resized image that the crop is, instead of --resize.", valueName: "fraction")
    )
    var cropPct: Double?

    @Option(
        help: ArgumentHelp(
            "The centre crop, which is the network's input: a side, or HEIGHTxWIDTH.", valueName: "size"),
        transform: cropSize)
    var crop: Crop?

    @Option(help: "The filter of the resize.")
    var interpolation: Interpolation?

    @Option(
        help: ArgumentHelp(
            "What is subtracted from values of 0 to 1; one number for a network for grey images.", valueName: "r,g,b"),
        transform: channelValues)
    var mean: Channels?

    @Option(help: ArgumentHelp("What values are then divided by.", valueName: "r,g,b"), transform: channelValues)
    var std: Channels?

    @Option(help: "The order of the channels in the network's input, also of --mean and --std (default: rgb).")
    var channelOrder: Preprocessing.ChannelOrder?

    @Flag(help: "Turn images first as their EXIF data says, which most trainers do not do.")
    var exifOrientation = false

    /// Height and width.
    struct Crop {
        let height: Int
        let width: Int
    }

    /// One value per channel.
    struct Channels {
        let values: [Float]
    }

    func validate() throws {
        if resize != nil && cropPct != nil { throw ValidationError("--resize and --crop-pct exclude each other") }
        if let cropPct, !(0.01...10 ~= cropPct) {
            throw ValidationError("--crop-pct is \(cropPct); expected a fraction such as 0.875")
        }
        if let mean, let std, mean.values.count != std.values.count {
            throw ValidationError(
                "--mean has \(mean.values.count) and --std \(std.values.count) numbers; expected equally many")
        }
        if let std, !std.values.allSatisfy({ $0 > 0 }) {
            throw ValidationError("--std has a number that is not positive; expected positive ones")
        }
    }

    /// Whether no option was given.
    var areDefault: Bool { reading == NetworkReading() }

    /// The options that were given.
    var reading: NetworkReading {
        var changes = PreprocessingChanges()
        changes.resize = resize
        changes.cropFraction = cropPct
        changes.crop = crop.map { [$0.height, $0.width] }
        changes.interpolation = interpolation
        changes.mean = mean?.values
        changes.standardDeviation = std?.values
        changes.channelOrder = channelOrder
        changes.orientedByEXIF = exifOrientation ? true : nil
        return NetworkReading(output: outputName, pooling: pooling, changes: changes)
    }
}

extension Pooling: ExpressibleByArgument {
    /// Reads a name; `mean` is another one for `avg`.
    public init?(argument: String) {
        self.init(rawValue: argument == "mean" ? "avg" : argument)
    }
}

extension Preprocessing.ChannelOrder: ExpressibleByArgument {}

extension Interpolation: ExpressibleByArgument {}

private func resizeSize(_ argument: String) throws -> Preprocessing.Resize {
    if argument == "none" { return .unchanged }
    let sizes = argument.parts(between: "x").map(pixels)
    switch (sizes.count, sizes.first ?? nil, sizes.last ?? nil) {
    case (1, let side?, _): return .shorterSide(side)
    case (2, let height?, let width?): return .exactly(height: height, width: width)
    default: throw ValidationError("found \"\(argument)\"; expected a size such as 256, 256x256 or none")
    }
}

private func cropSize(_ argument: String) throws -> NetworkOptions.Crop {
    let sizes = argument.parts(between: "x").map(pixels)
    guard sizes.count == 1 || sizes.count == 2, let height = sizes[0], let width = sizes[sizes.count - 1] else {
        throw ValidationError("found \"\(argument)\"; expected a size such as 224 or 224x224")
    }
    return NetworkOptions.Crop(height: height, width: width)
}

private func pixels(_ text: String) -> Int? {
    Int(text).flatMap { (1...65_535).contains($0) ? $0 : nil }
}

private func channelValues(_ argument: String) throws -> NetworkOptions.Channels {
    let values = argument.parts(between: ",").map { Float($0) }
    let known = values.compactMap { $0 }.filter(\.isFinite)
    guard known.count == values.count, known.count == 1 || known.count == 3 else {
        throw ValidationError("found \"\(argument)\"; expected 1 or 3 numbers separated by commas")
    }
    return NetworkOptions.Channels(values: known)
}
