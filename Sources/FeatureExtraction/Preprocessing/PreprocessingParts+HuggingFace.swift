extension PreprocessingParts {
    /// Reads a `preprocessor_config.json` of Hugging Face's transformers.
    ///
    /// The offset of the centre crop is rounded down, as the processors of transformers 5 do.
    ///
    /// - Throws: ``DescriptionProblem`` for steps that are not followed (``HuggingFaceProcessor``).
    init(huggingFaceDescription json: JSONMembers) throws {
        let processor = try HuggingFaceProcessor(of: json)
        let (resize, crop) = try json.resizeAndCrop(processor)
        let (mean, deviation) = try json.normalisation(processor)
        let flips = try json.flag("do_flip_channel_order", default: processor.rule == .mobileViT)
        var isWhole = false
        if case .success(.exactly(let height, let width)) = resize, case .success(let crop) = crop {
            isWhole = (height, width) == crop
        }
        self.init(
            resize: resize, crop: crop, interpolation: try Part { try json.resample() }, mean: mean,
            standardDeviation: deviation,
            // If nothing is cropped off, there is nothing to round.
            cropRoundsDown: !isWhole, channelOrder: flips ? .bgr : .rgb)
    }
}

extension JSONMembers {
    fileprivate typealias Part = PreprocessingParts.Part
    fileprivate typealias Size = PreprocessingParts.Size

    /// The resize, and the size of the network's input, which the crop or the resize fixes.
    fileprivate func resizeAndCrop(
        _ processor: HuggingFaceProcessor
    ) throws -> (Part<Preprocessing.Resize>, crop: Part<Size>) {
        let crops = try flag("do_center_crop", default: processor.crops)
        let crop: Part<Size>? = crops ? try Part { try sizes("crop_size") } : nil
        let unfixed = DescriptionProblem(
            found: "no fixed size of the input", expected: "a \"crop_size\", or a \"size\" with height and width")
        guard try flag("do_resize", default: true) else { return (.success(.unchanged), crop ?? .failure(unfixed)) }
        let size = try Part { try sizeForm(processor, hasCrop: crop != nil) }
        guard case .success(let form) = size else { return (size.map { _ in .unchanged }, crop ?? .failure(unfixed)) }
        switch (processor.rule, form) {
        case (.convNext, .shorterSide(let side)):
            // A border and a crop below 384 pixels, a plain resize from there on.
            guard side < 384 else { return (.success(.exactly(height: side, width: side)), .success((side, side))) }
            let resize = try Part { try borderedResize(side, default: 224.0 / 256) }
            return (resize, .success((side, side)))
        case (.convNext, .exactly):
            return (.failure(problem("size", "an object with \"shortest_edge\"")), crop ?? .failure(unfixed))
        case (.poolFormer, .shorterSide(let side)):
            return (try Part { try borderedResize(side, default: 0.9) }, crop ?? .failure(unfixed))
        case (.poolFormer, .exactly(let height, let width)):
            let resize = try Part {
                let fraction = has("crop_pct") ? try positiveNumber("crop_pct") : 0.9
                let resize = Preprocessing.resize(forCropFraction: fraction, height: height, width: width)
                guard height != width, case .covering(let tall, let wide) = resize else { return resize }
                return .exactly(height: tall, width: wide)
            }
            return (resize, crop ?? .failure(unfixed))
        case (.levit, .shorterSide(let side)):
            return (.success(.shorterSide(Int(256.0 / 224 * Double(side)))), crop ?? .failure(unfixed))
        case (_, .shorterSide(let side)): return (.success(.shorterSide(side)), crop ?? .failure(unfixed))
        case (_, .exactly(let height, let width)):
            return (.success(.exactly(height: height, width: width)), crop ?? .success((height, width)))
        }
    }

    private func borderedResize(_ side: Int, default fraction: Double) throws -> Preprocessing.Resize {
        Preprocessing.resize(
            forCropFraction: has("crop_pct") ? try positiveNumber("crop_pct") : fraction, height: side, width: side)
    }

    private enum SizeForm {
        case exactly(height: Int, width: Int)
        case shorterSide(Int)
    }

    private func sizeForm(_ processor: HuggingFaceProcessor, hasCrop: Bool) throws -> SizeForm {
        if case .object(let members) = self["size"] {
            let names = Set(JSONMembers(members: members).names)
            if names == ["shortest_edge"] {
                return .shorterSide(try object("size", "").size("shortest_edge"))
            }
            guard names.isSubset(of: ["height", "width"]) else {
                throw problem("size", "an object with \"height\" and \"width\", or with \"shortest_edge\" alone")
            }
        } else if case .number = self["size"] {
            // A single number means a square to some processors and the shorter side to others.
            let squares = processor.squares ?? (!hasCrop && processor.rule != .convNext)
            let side = try size("size")
            return try flag("default_to_square", default: squares)
                ? .exactly(height: side, width: side) : .shorterSide(side)
        }
        let (height, width) = try sizes("size")
        return .exactly(height: height, width: width)
    }

    /// `n` (a square), `[h, w]` or `{"height": h, "width": w}`.
    fileprivate func sizes(_ key: String) throws -> Size {
        let rule = "a whole number, or an object with \"height\" and \"width\""
        switch self[key] {
        case .number:
            let side = try size(key)
            return (side, side)
        case .array:
            let sizes = try numbers(key, rule).map(JSONMembers.size)
            guard sizes.count == 2, let height = sizes[0], let width = sizes[1] else { throw problem(key, rule) }
            return (height, width)
        default:
            let members = try object(key, rule)
            guard Set(members.names).isSubset(of: ["height", "width"]) else { throw problem(key, rule) }
            return (try members.size("height"), try members.size("width"))
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
    fileprivate func normalisation(_ processor: HuggingFaceProcessor) throws -> (Part<[Float]>, Part<[Float]>) {
        let rescales = try flag("do_rescale", default: true)
        let normalises = try flag("do_normalize", default: processor.rule != .mobileViT)
        // EfficientNet's: one is subtracted after the scaling, and all is divided by the deviation once more.
        let isEfficientNet = processor.rule == .efficientNet
        let offset = try isEfficientNet && rescales && flag("rescale_offset", default: false) ? 1.0 : 0
        let dividesAgain = try isEfficientNet && flag("include_top", default: true)
        let rule = "an array of 1 or 3 numbers, one a channel"
        var factor = 1.0
        if !rescales {
            factor = 255
        } else if has("rescale_factor") {
            factor = try positiveNumber("rescale_factor") * 255
        }
        if abs(factor - 1) <= 1e-6 { factor = 1 }
        let deviations = try Part {
            var values = [1.0, 1, 1]
            if normalises || dividesAgain {
                guard try [1, 3].contains(numbers("image_std", rule).count) else { throw problem("image_std", rule) }
                let own = try channelValues("image_std", nil, positive: true).map(Double.init)
                values = own.map { $0 * (normalises && dividesAgain ? $0 : 1) }
            }
            return values.map { factor == 1 ? Float($0) : Float($0 / factor) }
        }
        let means = try Part {
            var values = [Double](repeating: 0, count: (try? deviations.get().count) ?? 3)
            if normalises {
                guard try [1, 3].contains(numbers("image_mean", rule).count) else { throw problem("image_mean", rule) }
                values = try channelValues("image_mean", try? deviations.get().count).map(Double.init)
            }
            return values.map { factor == 1 && offset == 0 ? Float($0) : Float(($0 + offset) / factor) }
        }
        return (means, deviations)
    }
}
