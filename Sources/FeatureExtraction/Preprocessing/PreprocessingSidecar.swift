import Files
import Foundation

/// A preprocessing, and where it was found.
struct DescribedPreprocessing {
    let preprocessing: Preprocessing
    /// The file that describes it; nil if only options do.
    let path: String?
    /// Why a file that is there is not followed; nil if it is.
    let warning: String?
}

extension Preprocessing {
    /// Reads how to prepare images for a model from the file beside it.
    ///
    /// For `dir/x.onnx` it is the first that exists of `dir/x.json` (any of the forms), `dir/config.json` (timm's),
    /// `dir/processor_config.json` and `dir/preprocessor_config.json` (Hugging Face's) and `dir/open_clip_config.json`
    /// (OpenCLIP's). A `config.json` that says nothing about images is skipped, as is a `processor_config.json`. If
    /// there is none, the folder above is searched, since the models of hubs are often in a folder `onnx`; and if the
    /// model is a symbolic link, then the folder of the file that it leads to.
    ///
    /// - Parameter changes: Changes to what the file says. Together they must be complete: they may stand in for what
    ///   the file leaves out, for a file that cannot be followed, or for a missing file.
    /// - Throws: ``FeatureExtractionError`` that names what is missing or unsupported.
    public static func besideModel(
        atPath model: String, changing changes: PreprocessingChanges = PreprocessingChanges()
    ) throws -> Preprocessing {
        try described(besideModelAtPath: model, changing: changes).preprocessing
    }

    static func described(
        besideModelAtPath model: String, changing changes: PreprocessingChanges
    ) throws -> DescribedPreprocessing {
        let ownName = descriptionName(of: model)
        for path in candidates(forModelAtPath: model) where isThere(path) {
            let name = (path as NSString).lastPathComponent
            do {
                let json = try read(path)
                if name != ownName, !describesImages(json, in: name) { continue }
                let parts = try PreprocessingParts(description: json)
                return DescribedPreprocessing(
                    preprocessing: try parts.changed(by: changes), path: path, warning: nil)
            } catch let missing as MissingParts {
                throw FeatureExtractionError.badPreprocessing(
                    path: path, found: missing.found, expected: "\(missing.expected), or \(missing.options)")
            } catch let problem as DescriptionProblem {
                // Options that say all need no file; but a file that says something else must not go unnoticed.
                if let complete = try changes.complete() {
                    return DescribedPreprocessing(
                        preprocessing: complete, path: nil,
                        warning: "\(path) is not followed, since the options say all: found \(problem.found); expected "
                            + problem.expected)
                }
                throw FeatureExtractionError.badPreprocessing(
                    path: path, found: problem.found,
                    expected: "\(problem.expected), or in its place the options \(changes.missingOptions)")
            }
        }
        if let complete = try changes.complete() {
            return DescribedPreprocessing(preprocessing: complete, path: nil, warning: nil)
        }
        throw FeatureExtractionError.noPreprocessing(
            model: model, lookedFor: [ownName] + sharedNames, missing: changes.missingOptions)
    }

    private static let sharedNames = [
        "config.json", "processor_config.json", "preprocessor_config.json", "open_clip_config.json",
    ]

    private static func descriptionName(of model: String) -> String {
        ((model as NSString).deletingPathExtension as NSString).lastPathComponent + ".json"
    }

    /// Where a description may be, nearest first.
    private static func candidates(forModelAtPath model: String) -> [String] {
        var models = [model]
        let target = URL(fileURLWithPath: model).resolvingSymlinksInPath().path
        if target != URL(fileURLWithPath: model).standardizedFileURL.path { models.append(target) }
        return models.flatMap { model in
            let folder = (model as NSString).deletingLastPathComponent
            let last = (folder as NSString).lastPathComponent
            let above =
                folder.isEmpty || last == "." || last == ".."
                ? (folder as NSString).appendingPathComponent("..") : (folder as NSString).deletingLastPathComponent
            let names = [folder, above].map { folder in
                sharedNames.map { (folder as NSString).appendingPathComponent($0) }
            }
            return [(folder as NSString).appendingPathComponent(descriptionName(of: model))] + names[0] + names[1]
        }
    }

    /// Whether there is a file, or a link that should lead to one.
    private static func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path) || isLink(path)
    }

    private static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    private static func read(_ path: String) throws -> JSONValue {
        guard FileManager.default.fileExists(atPath: path) else {
            throw DescriptionProblem(found: "a link to a file that is not there", expected: "a JSON object")
        }
        // Those with the names of twenty thousand classes have a megabyte.
        let bytes = try readJSONBytes(
            URL(fileURLWithPath: path), as: "a description of the preprocessing", limit: 1 << 22)
        do {
            return try JSONDecoder().decode(JSONValue.self, from: bytes)
        } catch {
            throw DescriptionProblem(
                found: LFSPointer(start: Array(bytes.prefix(512))).map { "\($0)" } ?? "text that is not JSON",
                expected: "a JSON object")
        }
    }

    /// Hugging Face's `config.json` is about the network alone, and its `processor_config.json` may be about texts
    /// alone; timm's `config.json` is about images too.
    private static func describesImages(_ json: JSONValue, in name: String) -> Bool {
        guard case .object(let members) = json else { return true }
        let json = JSONMembers(members: members)
        return switch name {
        case "config.json": ["pretrained_cfg", "input_size", "resize", "preprocess_cfg"].contains(where: json.has)
        case "processor_config.json": json.has("image_processor")
        default: true
        }
    }
}
