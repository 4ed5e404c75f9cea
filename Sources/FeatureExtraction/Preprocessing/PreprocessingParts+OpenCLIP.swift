extension PreprocessingParts {
    /// Reads an `open_clip_config.json`: the size is that of the vision tower, and OpenCLIP's defaults fill in whatever
    /// `preprocess_cfg` leaves out.
    init(openCLIPDescription json: JSONMembers) throws {
        let own = try json.object("preprocess_cfg", "an object")
        // What OpenCLIP itself would not know may be a step that is to come.
        try own.requireOnly([
            "size", "mode", "mean", "std", "interpolation", "resize_mode", "fill_color",
        ])
        if own.has("mode"), own["mode"] != .string("RGB") { throw own.problem("mode", "\"RGB\"") }
        if own.has("fill_color"), own["fill_color"] != .number(0) { throw own.problem("fill_color", "0") }
        let size = try Part { try own.has("size") ? own.squareOrSizes("size") : json.visionSize() }
        let resize: Part<Preprocessing.Resize> = try Part {
            let (height, width) = try size.get()
            let modes = "\"shortest\", \"longest\" or \"squash\""
            switch own.has("resize_mode") ? try own.string("resize_mode", modes) : "shortest" {
            case "shortest":
                return height == width ? .shorterSide(height) : .covering(height: height, width: width)
            case "longest": return .fitting(height: height, width: width)
            case "squash": return .exactly(height: height, width: width)
            default: throw own.problem("resize_mode", modes)
            }
        }
        let interpolation = try Part {
            // An interpolation that is random in training is bicubic in evaluation.
            let isDefault = !own.has("interpolation") || own["interpolation"] == .string("random")
            return isDefault ? .bicubic : try own.interpolation()
        }
        self.init(
            resize: resize, crop: size, interpolation: interpolation,
            mean: try Part {
                own.has("mean") ? try own.channelValues("mean", 3) : [0.48145466, 0.4578275, 0.40821073]
            },
            standardDeviation: try Part {
                own.has("std")
                    ? try own.channelValues("std", 3, positive: true) : [0.26862954, 0.26130258, 0.27577711]
            })
    }
}

extension JSONMembers {
    fileprivate func visionSize() throws -> (height: Int, width: Int) {
        let rule = "an object with \"vision_cfg\" and its \"image_size\", or a \"size\" in \"preprocess_cfg\""
        let model = try object("model_cfg", rule)
        return try model.object("vision_cfg", "an object").squareOrSizes("image_size")
    }

    /// `n` (a square) or `[height, width]`.
    fileprivate func squareOrSizes(_ key: String) throws -> (height: Int, width: Int) {
        if case .number = self[key] {
            let side = try size(key)
            return (side, side)
        }
        let rule = "\(JSONMembers.sizeRule), or an array of height and width"
        let sizes = try numbers(key, rule).map(JSONMembers.size)
        guard sizes.count == 2, let height = sizes[0], let width = sizes[1] else { throw problem(key, rule) }
        return (height, width)
    }
}
