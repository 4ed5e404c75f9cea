import ArgumentParser
import Evaluation
import Experiments
import FeatureExtraction
import Foundation
import Glyphs200
import Retrieval
import Splits

extension Evaluate {
    /// What the models are, and the backbone that they are compared with.
    func kind(
        along splits: SplitFolder, on terminal: Terminal
    ) throws -> (kind: ModelKind, backbone: EmbeddingSource?) {
        let source = try reference.source(
            of: splits.manifest, over: splits.dataset, at: splits.url, on: terminal)
        if heads != nil {
            guard let source else { throw ValidationError("expected --features, which the heads take") }
            let found = try source.embeddings(
                of: splits.dataset, activity: "features", report: terminal.show)
            if let warning = splits.warning(ofImages: found) { terminal.warn(warning) }
            return (
                .heads(on: found.matrix, from: found.provenance, along: splits),
                .matrix(found.matrix, from: found.provenance)
            )
        }
        guard model != nil else { return (.embeddings, source) }
        let reading = network.reading
        if let warning = try splits.warning(ofImagesBelow: splits.manifest.images(below: reference.root)) {
            terminal.warn(warning)
        }
        let kind = ModelKind.networks(
            images: try splits.manifest.images(below: reference.root), keptIn: reference.keeping.shelf,
            check: FeatureExtractor.requireNetwork(at:),
            open: { try reading.network($0, announcedOn: terminal) })
        return (kind, source)
    }

    func settings(for subject: Subject) -> ScoringSettings {
        var settings = ScoringSettings()
        settings.similarity = retrieval.similarity
        settings.loneQueries = retrieval.loneQueries.policy
        settings.metrics = retrieval.metrics
        settings.confidence =
            switch confidence {
            case .classJackknife: .classJackknife()
            case .fixedGalleryBootstrap: .fixedGalleryBootstrap()
            case .none: .none
            }
        settings.isAcrossGroups = retrieval.acrossGroups
        settings.searchesCatalogue = !noCatalogue
        settings.matchedDraws = matchedDraws
        settings.tricks = trickOptions.tricks
        settings.fold = subject.fold
        settings.shots = shots
        return settings
    }
}
