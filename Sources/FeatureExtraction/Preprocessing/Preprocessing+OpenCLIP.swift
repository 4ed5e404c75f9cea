extension Preprocessing {
    /// Reads an `open_clip_config.json`: the size is that of the vision tower, and OpenCLIP's defaults fill in whatever
    /// `preprocess_cfg` leaves out.
    init(openCLIPDescription json: JSONMembers) throws {
        let own = try json.object("preprocess_cfg", "an object")
        let (height, width) = try own.has("size") ? own.squareOrSizes("size") : json.visionSize()
        var interpolation = Interpolation.bicubic
        if own.has("interpolation") {
            // An interpolation that is random in training is bicubic in evaluation.
            let isRandom = own["interpolation"] == .string("random")
            interpolation = isRandom ? .bicubic : try own.interpolation()
        }
        let resize: Resize
        let modes = "\"shortest\", \"longest\" or \"squash\""
        switch own.has("resize_mode") ? try own.string("resize_mode", modes) : "shortest" {
        case "shortest": resize = height == width ? .shorterSide(height) : .covering(height: height, width: width)
        case "longest": resize = .fitting(height: height, width: width)
        case "squash": resize = .exactly(height: height, width: width)
        default: throw own.problem("resize_mode", modes)
        }
        if own.has("fill_color"), own["fill_color"] != .number(0) { throw own.problem("fill_color", "0") }
        self.init(
            channelCount: 3, height: height, width: width, resize: resize, interpolation: interpolation,
            mean: own.has("mean")
                ? try own.channelValues("mean", 3) : [0.48145466, 0.4578275, 0.40821073],
            standardDeviation: own.has("std")
                ? try own.channelValues("std", 3, positive: true) : [0.26862954, 0.26130258, 0.27577711])
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
