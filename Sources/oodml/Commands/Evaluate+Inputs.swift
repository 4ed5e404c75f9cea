import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import Files
import Foundation
import Glyphs200
import Splits

extension Evaluate {
    /// The episodes of the splits; those of replicates lie in the folder above.
    func episodes(
        shots: Int, in dataset: Dataset, for tasks: [EvaluationTask], on terminal: Terminal
    ) throws -> FewShotEpisodes {
        let file = Replicate.sharedFile("episodes-\(shots).json", of: splits)
        let episodes = try FewShotEpisodes(readingFrom: file)
        guard episodes.shots == shots else {
            throw CommandError("\(file.path): found episodes of \(episodes.shots) shots; expected \(shots)")
        }
        let isPublished = episodes.episodesByLevel != nil
        if isPublished, fold != nil {
            throw CommandError("\(file.path): the episodes are of test classes, as published; expected no --fold")
        }
        if isPublished, let task = tasks.first(where: { episodes.episodes(ofLevel: $0.level.id).isEmpty }) {
            throw CommandError("\(file.path): there are no episodes of \(task.level.id); expected some of every level")
        }
        let violations =
            isPublished
            ? episodes.violations(in: dataset, ofLevels: tasks.map(\.level), episodeCount: .max)
            : episodes.violations(in: dataset)
        if let violation = violations.first {
            throw CommandError("\(file.deletingLastPathComponent().path)/\(violation)")
        }
        if isPublished, tasks.contains(where: { $0.direction == .reverse }) {
            terminal.note("The episodes are of test classes, as published; no few-shot scores in reverse.")
        }
        return episodes
    }

    /// The folder of the dataset's images.
    func images(for manifest: SplitManifest) throws -> URL {
        if let root { return root }
        if manifest.dataset.name == Glyphs200.name { return Glyphs200.images }
        throw ValidationError("expected --root DIR, the folder of the images of \(manifest.dataset.name)")
    }

    func kind(for manifest: SplitManifest) throws -> TaskEmbeddings.Kind {
        model == nil ? .files : .networks(images: try images(for: manifest), reading: network.reading)
    }

    /// The embeddings that the splits were made from, if they can be had; one row for each sample of the dataset.
    func referenceEmbeddings(
        for manifest: SplitManifest, of dataset: Dataset, on terminal: Terminal
    ) throws -> Matrix<Float>? {
        let source: EmbeddingSource
        if let features {
            source = .features(features)
        } else if let backbone {
            source = .network(
                backbone, images: try images(for: manifest), reading: try NetworkReading(manifest.embeddings))
        } else if let record = manifest.embeddings, record.source == .backbone, root == nil,
            manifest.dataset.name == Glyphs200.name,
            try SHA256.hexadecimal(ofFilesAt: [Glyphs200.backbone]) == record.sha256
        {
            source = .network(
                Glyphs200.backbone, images: Glyphs200.images, reading: try NetworkReading(manifest.embeddings))
        } else {
            terminal.note("No gap to the backbone is shown; --backbone or --features would add it.")
            return nil
        }
        return try source.embeddings(
            of: dataset, expecting: manifest.embeddings?.sha256, task: "backbone", on: terminal
        ).matrix
    }
}
