extension Preprocessing {
    /// Reads a `preprocessor_config.json` of Hugging Face's transformers.
    ///
    /// The offset of the centre crop is rounded down, as the processors of transformers 5 do.
    init(huggingFaceDescription json: JSONMembers) throws {
        let crop = try json.flag("do_center_crop", default: false) ? try json.sizes("crop_size") : nil
        let (resize, output) =
            try json.flag("do_resize", default: true) ? try json.resize(crop: crop) : (.unchanged, crop)
        guard let (height, width) = output else {
            throw DescriptionProblem(
                found: "no fixed size of the input", expected: "a \"crop_size\", or a \"size\" with height and width")
        }
        var interpolation = Interpolation.bilinear
        if resize != .unchanged { interpolation = try json.resample() }
        let (mean, standardDeviation) = try json.normalisation()
        self.init(
            channelCount: mean.count, height: height, width: width, resize: resize, interpolation: interpolation,
            mean: mean, standardDeviation: standardDeviation,
            // If nothing is cropped off, there is nothing to round.
            cropRoundsDown: resize != .exactly(height: height, width: width))
    }
}

extension JSONMembers {
    fileprivate typealias Size = (height: Int, width: Int)

    /// `n` (a square) or `{"height": h, "width": w}`.
    fileprivate func sizes(_ key: String) throws -> Size {
        if case .number = self[key] {
            let side = try size(key)
            return (side, side)
        }
        let members = try object(key, "a whole number, or an object with \"height\" and \"width\"")
        return (try members.size("height"), try members.size("width"))
    }

    /// The resize, and the size of the network's input if the resize fixes it.
    fileprivate func resize(crop: Size?) throws -> (Preprocessing.Resize, Size?) {
        if case .object(let members) = self["size"], members["height"] != nil || members["width"] != nil {
            let (height, width) = try sizes("size")
            return (.exactly(height: height, width: width), crop ?? (height, width))
        }
        let side: Int
        if case .object = self["size"] {
            side = try object("size", "").size("shortest_edge")
        } else {
            side = try size("size")
            if crop == nil && !has("crop_pct") || isSquaringProcessor {
                return (.exactly(height: side, width: side), crop ?? (side, side))
            }
        }
        guard has("crop_pct") else { return (.shorterSide(side), crop) }
        // ConvNeXt's processor: a border and a crop below 384 pixels, a plain resize from there on.
        guard side < 384 else { return (.exactly(height: side, width: side), (side, side)) }
        let resize = Preprocessing.resize(
            forCropFraction: try positiveNumber("crop_pct"), height: side, width: side)
        return (resize, (side, side))
    }

    /// A single number as `size` means a square to some processors and the shorter side to others.
    private var isSquaringProcessor: Bool {
        let keys = ["image_processor_type", "feature_extractor_type"]
        return keys.contains { key in
            guard case .string(let name) = self[key] else { return false }
            return name.hasPrefix("DeiT") || name.hasPrefix("Beit") || name.hasPrefix("ViT")
        }
    }

    fileprivate func resample() throws -> Interpolation {
        // Pillow's numbers.
        let filters: [Interpolation] = [.nearest, .lanczos, .bilinear, .bicubic, .box, .hamming]
        guard case .number(let value) = self["resample"], let index = Int(exactly: value),
            filters.indices.contains(index)
        else { throw problem("resample", "a whole number from 0 to 5, as Pillow numbers its filters") }
        return filters[index]
    }

    /// Mean and standard deviation for values x / 255, whatever rescale factor f the file gives: (x f − m) / s = (x /
    /// 255 − m / 255 f) / (s / 255 f).
    fileprivate func normalisation() throws -> ([Float], [Float]) {
        var mean: [Float] = [0, 0, 0]
        var deviation: [Float] = [1, 1, 1]
        if try flag("do_normalize", default: true) {
            let rule = "an array of 1 or 3 numbers, one a channel"
            let channelCount = try numbers("image_mean", rule).count
            guard channelCount == 1 || channelCount == 3 else { throw problem("image_mean", rule) }
            mean = try channelValues("image_mean", channelCount)
            deviation = try channelValues("image_std", channelCount, positive: true)
        }
        var factor = 1.0
        if try !flag("do_rescale", default: true) {
            factor = 255
        } else if has("rescale_factor") {
            factor = try positiveNumber("rescale_factor") * 255
        }
        guard abs(factor - 1) > 1e-6 else { return (mean, deviation) }
        return (mean.map { Float(Double($0) / factor) }, deviation.map { Float(Double($0) / factor) })
    }
}
