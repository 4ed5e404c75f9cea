internal import Datasets
internal import Files
internal import Foundation

/// Class folders that hold images.
struct ExportTree {
    private let dataset: Dataset
    /// The folder of each class.
    let folders: [String]
    private let files: [String]

    /// - Throws: ``SplitError/unsafeSample(id:)``.
    init(of dataset: Dataset) throws {
        for sample in dataset.samples {
            let parts = sample.id.parts(between: "/")
            guard !sample.id.utf8.contains(0), parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
                throw SplitError.unsafeSample(id: sample.id)
            }
        }
        self.dataset = dataset
        folders = fileNames(for: dataset.classLabels)
        // Within its class's folder, an image needs only the part of its path below that class.
        let isBelowClass = dataset.samples.allSatisfy { $0.id.utf8.starts(with: "\($0.classLabel)/".utf8) }
        files = fileNames(
            for: dataset.samples.map { sample in
                isBelowClass
                    ? String(decoding: sample.id.utf8.dropFirst(sample.classLabel.utf8.count + 1), as: UTF8.self)
                    : sample.id
            })
    }

    /// A sample's path below the folder of its part.
    func path(of sample: Int) -> String { "\(folders[dataset.classOfSample[sample]])/\(files[sample])" }

    /// Links to the images of all parts, `LEVEL/PART/CLASS/IMAGE`.
    func links(of level: ExportedLevel) -> [SplitExport.Link] {
        dataset.samples.indices.compactMap { sample in
            let part = level.partOfClass[dataset.classOfSample[sample]]
            guard part != .removed else { return nil }
            return SplitExport.Link(
                path: "\(level.name)/\(part.rawValue)/\(path(of: sample))", sample: dataset.samples[sample].id)
        }
    }
}
