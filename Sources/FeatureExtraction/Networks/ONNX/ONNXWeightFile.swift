import Files
import Foundation

/// A file beside an ONNX model that holds some of its weights.
struct ONNXWeightFile: Equatable {
    /// Where it is, relative to the model's folder.
    let location: String
    /// How many bytes it has at least, by what the model says of its tensors.
    let byteCount: Int

    /// The files that tensors are in, by location: a tensor's entries are 13, with the keys 1 and the values 2.
    static func files(of tensors: [ProtobufMessage]) -> [ONNXWeightFile] {
        var sizes: [String: Int] = [:]
        for tensor in tensors {
            var entries: [String: String] = [:]
            for entry in tensor.messages(13) {
                if let key = entry.strings(1).first { entries[key] = entry.strings(2).first }
            }
            guard let location = entries["location"] else { continue }
            let (end, overflow) = (entries["offset"].flatMap { Int($0) } ?? 0)
                .addingReportingOverflow(entries["length"].flatMap { Int($0) } ?? 0)
            sizes[location] = max(sizes[location] ?? 0, overflow ? 0 : end)
        }
        return sizes.sorted { utf8Precedes($0.key, $1.key) }.map {
            ONNXWeightFile(location: $0.key, byteCount: $0.value)
        }
    }

    /// The file itself, with all symbolic links followed, in the first of `folders` that has it.
    ///
    /// - Throws: ``FeatureExtractionError`` that says what is wrong with the weights of the model at `path`.
    func file(in folders: [URL], ofModelAt path: String) throws -> URL {
        func unreadable(_ reason: String) -> FeatureExtractionError { .unreadableModel(path: path, reason: reason) }
        // Such a path would also leave the folder that a modified copy is put into.
        guard !location.begins(with: "/"), faultOfPath(location) == nil else {
            throw unreadable("its weights are said to be in \"\(location)\", outside of its folder")
        }
        let places = folders.map { $0.appendingPathComponent(location) }
        guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            let isDead = places.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: $0.path)) != nil
            }
            throw unreadable(
                isDead
                    ? "its weights should be in \"\(location)\", which is a link to a file that is not there"
                    : "its weights should be in \"\(location)\" beside it, which is not there: copy it along")
        }
        let file = try InputFile(path: place.path)
        if let pointer = LFSPointer(start: try file.bytes(in: 0..<min(file.byteCount, 512))) {
            throw unreadable("its weights in \"\(location)\" are \(pointer)")
        }
        guard file.byteCount >= byteCount else {
            throw unreadable(
                "its weights in \"\(location)\" end after \(file.byteCount) bytes; there should be \(byteCount)")
        }
        return place.resolvingSymlinksInPath()
    }
}
