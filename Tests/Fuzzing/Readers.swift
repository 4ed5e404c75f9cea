import Datasets
import Embeddings
import Evaluation
import FeatureExtraction
import Files
import Foundation
import HeadTraining
import Splits

/// A reader that is fuzzed: what its file is called, and what is done with it.
struct FuzzedReader: Sendable {
    /// How it is chosen.
    let name: String
    /// The name of the file that the bytes are written to.
    let file: String
    /// Reads the file; errors of the readers' own kinds are expected.
    let read: @Sendable (URL) throws -> Void
    /// Changes the bytes before they are written, so that a checksum does not hide the rest from the fuzzer.
    var repair: (@Sendable (inout [UInt8]) -> Void)?

    /// All readers.
    static let all: [FuzzedReader] = [
        FuzzedReader(name: "numpy", file: "a.npy") { url in
            try trying {
                _ = try FeatureFile<Float>(contentsOf: url)
            } and: {
                _ = try FeatureFile<Double>(contentsOf: url)
            } and: {
                _ = try LabelTable(readingFrom: url)
            }
        },
        FuzzedReader(name: "archive", file: "a.npz") { url in
            try trying {
                _ = try FeatureFile<Float>(contentsOf: url)
            } and: {
                _ = try FeatureStatistics(contentsOf: url)
            } and: {
                try FeatureFile<Float>.requireHeaders(of: url)
            }
        },
        FuzzedReader(name: "safetensors", file: "a.safetensors") { _ = try FeatureFile<Float>(contentsOf: $0) },
        FuzzedReader(name: "head", file: "a.safetensors") { url in
            let file = try HeadFile(contentsOf: url)
            let copy = url.deletingLastPathComponent().appending(path: "copy.safetensors")
            try file.safetensors.write(to: copy)
            let again = try HeadFile(contentsOf: copy)
            precondition(again == file, "a head changes by writing it")
        },
        FuzzedReader(name: "unknown", file: "a.dat") { _ = try FeatureFile<Float>(contentsOf: $0) },
        FuzzedReader(name: "features", file: "a.csv") { url in
            try trying {
                _ = try FeatureFile<Float>(contentsOf: url)
            } and: {
                try FeatureFile<Float>.requireHeaders(of: url)
            } and: {
                let table = try CSVTable(contentsOf: url)
                let copy = url.deletingLastPathComponent().appending(path: "copy.csv")
                try Data(table.text.utf8).write(to: copy)
                let again = try CSVTable(contentsOf: copy)
                precondition(
                    again.rows == table.rows && again.columns == table.columns, "a table changes by writing it")
            }
        },
        FuzzedReader(name: "samples", file: "a.csv") { url in
            try trying {
                let dataset = try Dataset(sampleTableAt: url, name: "a")
                precondition(dataset.sampleTable.rows.count == dataset.samples.count, "samples are lost")
            } and: {
                _ = try LabelTable(contentsOf: url)
            } and: {
                _ = try Dataset(sampleTableAt: url, name: "a", unit: .column("camera"), cameras: .automatic)
            }
        },
        FuzzedReader(name: "class-map", file: "a.csv") { url in
            try trying {
                _ = try ClassMap(readingFrom: url)
            } and: {
                _ = try ClassScores.all(readingFrom: url)
            } and: {
                _ = try HoldOutSettings.pins(readingFrom: url)
            }
        },
        FuzzedReader(name: "positions", file: "p.csv") { url in
            let table = try PositionTable(contentsOf: url)
            let near = PlaceIndex(of: table.positions, radius: 25).positions(near: 0, of: table.positions)
            precondition(near.contains(0), "a position is not near itself")
            _ = try Dataset(areasOf: table, side: 200, gap: 50, name: "a")
        },
        FuzzedReader(name: "labels", file: "a.txt") { url in
            try trying {
                _ = try LabelTable(readingFrom: url)
            } and: {
                _ = try Dataset(labelsAt: url, name: "a")
            } and: {
            }
        },
        FuzzedReader(name: "index", file: "images.txt") { url in
            // The other files of CUB-200-2011 are the same bytes.
            let root = url.deletingLastPathComponent()
            for name in ["classes.txt", "image_class_labels.txt", "train_test_split.txt"] {
                let link = root.appending(path: name)
                try? FileManager.default.createSymbolicLink(
                    atPath: link.path, withDestinationPath: url.lastPathComponent)
            }
            _ = try Dataset(.cub200, at: root)
        },
        FuzzedReader(name: "pickle", file: "a.pkl") { _ = try PublishedSplits(pickleAt: $0) },
        FuzzedReader(name: "published", file: "published.json") { _ = try PublishedSplits(contentsOf: $0) },
        FuzzedReader(name: "matlab", file: "a.mat") { url in
            let file = try MATLABFile(contentsOf: url)
            try trying {
                let structs = try file.structs("annotations", fields: ["class"])
                for index in 0..<min(structs.count, 100) {
                    for field in structs.fields {
                        _ = try? structs.string(field, of: index)
                        _ = try? structs.number(field, of: index)
                    }
                }
            } and: {
                _ = try file.strings(inCellArray: "class_names")
            } and: {
            }
        },
        FuzzedReader(name: "receipt", file: "receipt.csv") { url in
            let receipt = try Receipt(readingFrom: url)
            let copy = url.deletingLastPathComponent().appending(path: "copy.csv")
            try receipt.bytes.write(to: copy)
            let again = try Receipt(readingFrom: copy)
            precondition(again == receipt, "a receipt changes by writing it")
        },
        FuzzedReader(name: "manifest", file: "manifest.json") { url in
            let manifest = try SplitManifest(readingFrom: url)
            let copy = url.deletingLastPathComponent().appending(path: "copy.json")
            try manifest.json.write(to: copy)
            _ = try SplitManifest(readingFrom: copy)
        },
        FuzzedReader(name: "results", file: "results.json") { url in
            let kind = "results of a model"
            try trying {
                _ = try readJSON(EvaluationResults.self, from: url, as: kind)
            } and: {
                _ = try RetrievalExamplesFile(readingFrom: url)
            } and: {
                _ = try ReplicateAgreement(readingFrom: url)
            }
        },
        FuzzedReader(name: "episodes", file: "episodes.json") { url in
            let episodes = try FewShotEpisodes(readingFrom: url)
            _ = try episodes.json
        },
        FuzzedReader(name: "description", file: "network.json") { url in
            _ = try Preprocessing.besideModel(
                atPath: url.deletingPathExtension().appendingPathExtension("onnx").path)
        },
        FuzzedReader(name: "network", file: "a.onnx") { url in
            try FeatureExtractor.requireNetwork(at: url)
            if let graph = ONNXGraph(path: url.path), let output = graph.outputs.first {
                _ = graph.file(withOnlyOutput: output)
                _ = graph.inputs(of: output)
            }
        },
        FuzzedReader(name: "png", file: "a.png", read: decode, repair: repairChecksums),
        FuzzedReader(name: "jpeg", file: "a.jpg", read: decode),
        FuzzedReader(name: "webp", file: "a.webp", read: decode),
        FuzzedReader(name: "gif", file: "a.gif", read: decode),
        FuzzedReader(name: "tiff", file: "a.tif", read: decode),
        FuzzedReader(name: "bmp", file: "a.bmp", read: decode),
        FuzzedReader(name: "pnm", file: "a.pnm", read: decode),
        FuzzedReader(name: "pairs", file: "pairs.txt") { url in
            try trying {
                let list = try PairList(contentsOf: url)
                precondition(list.pairs.allSatisfy { $0.fold < list.foldCount ?? 1 }, "a fold is missing")
            } and: {
                let table = try TemplateTable(contentsOf: url)
                precondition(table.templates.allSatisfy { !$0.samples.isEmpty }, "a template is empty")
            } and: {
            }
        },
        FuzzedReader(name: "names", file: "a.txt") { url in
            let bytes = try Data(contentsOf: url)
            let names = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(50)
                .map { String(decoding: $0, as: UTF8.self) }
            let written = fileNames(for: names)
            var originals: [Name: Name] = [:]
            for (name, file) in zip(names, written) {
                precondition(
                    !file.isEmpty && file != "." && file != ".." && file.utf8.count <= 255
                        && !file.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }, "\(file) leads out of a folder")
                let other = originals.updateValue(Name(name), forKey: Name(file))
                precondition(other == nil || other == Name(name), "two names are one file")
            }
            for name in names { precondition(excerpt(name).unicodeScalars.count <= 81, "an excerpt is long") }
        },
    ]
}

/// Does three things, each although another failed; the last error is thrown.
private func trying(
    _ first: @escaping () throws -> Void, and second: @escaping () throws -> Void,
    and third: @escaping () throws -> Void
) throws {
    var failure: (any Error)?
    for body in [first, second, third] {
        do {
            try body()
        } catch {
            requireOwn(error)
            failure = error
        }
    }
    if let failure { throw failure }
}

@Sendable private func decode(_ url: URL) throws {
    let image = try Image8(contentsOfFile: url.path, channelCount: nil, orientedByEXIF: true)
    precondition(image.pixels.count == image.width * image.height * image.channelCount, "pixels are missing")
}

/// Makes sure that an error is one that a user can be shown: of the readers' own kinds, and one line.
func requireOwn(_ error: any Error) {
    switch error {
    case let error as FileError: precondition(!error.description.contains("\n"), error.description)
    case is DatasetError, is SplitError, is FeatureExtractionError: break
    default: preconditionFailure("an error of another kind: \(type(of: error)) \(error)")
    }
}

/// Gives every chunk of a PNG the checksum that it should have.
@Sendable private func repairChecksums(_ bytes: inout [UInt8]) {
    var position = 8
    while bytes.count - position >= 12 {
        let length = Int(bytes.bigEndian(4, at: position))
        guard length <= bytes.count - position - 12 else { return }
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes[position + 4..<position + 8 + length] {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        for index in 0..<4 {
            bytes[position + 8 + length + index] = UInt8(truncatingIfNeeded: ~sum >> UInt32(24 - 8 * index))
        }
        position += 12 + length
    }
}
