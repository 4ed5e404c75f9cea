import Files
import Foundation

extension Preprocessing {
    /// Reads how to prepare images for a model from the file beside it.
    ///
    /// For `dir/x.onnx` it is the first that exists of `dir/x.json` (any of the forms), `dir/config.json` (timm's),
    /// `dir/preprocessor_config.json` (Hugging Face's) and `dir/open_clip_config.json` (OpenCLIP's). A `config.json`
    /// that says nothing about images is skipped.
    ///
    /// - Parameter changes: Changes to what the file says; if they are complete, no file is needed.
    /// - Throws: ``FeatureExtractionError`` if there is no such file, or it says something unsupported.
    public static func besideModel(
        atPath model: String, changing changes: PreprocessingChanges = PreprocessingChanges()
    ) throws -> Preprocessing {
        do {
            return try changes.applied(to: try fileBesideModel(atPath: model))
        } catch FeatureExtractionError.noPreprocessing(let model, let lookedFor) {
            guard let complete = try changes.complete() else {
                throw FeatureExtractionError.noPreprocessing(model: model, lookedFor: lookedFor)
            }
            return complete
        }
    }

    private static func fileBesideModel(atPath model: String) throws -> Preprocessing {
        let folder = (model as NSString).deletingLastPathComponent
        let own = ((model as NSString).deletingPathExtension as NSString).lastPathComponent + ".json"
        let names = [own, "config.json", "preprocessor_config.json", "open_clip_config.json"]
        for name in names {
            let path = (folder as NSString).appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let json = try read(path)
            if name == "config.json", name != own, !describesImages(json) { continue }
            do {
                return try Preprocessing(description: json)
            } catch let problem as DescriptionProblem {
                throw FeatureExtractionError.badPreprocessing(
                    path: path, found: problem.found, expected: problem.expected)
            }
        }
        throw FeatureExtractionError.noPreprocessing(model: model, lookedFor: names)
    }

    private static func read(_ path: String) throws -> JSONValue {
        let bytes = try InputFile(path: path).bytes
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw FeatureExtractionError.badPreprocessing(
                path: path, found: "text that is not JSON", expected: "a JSON object")
        }
    }

    /// Hugging Face's `config.json` is about the network alone; timm's is about images too.
    private static func describesImages(_ json: JSONValue) -> Bool {
        guard case .object(let members) = json else { return true }
        let json = JSONMembers(members: members)
        return ["pretrained_cfg", "input_size", "resize", "preprocess_cfg"].contains(where: json.has)
    }
}
