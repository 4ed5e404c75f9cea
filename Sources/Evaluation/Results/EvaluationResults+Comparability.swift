internal import Retrieval

extension EvaluationResults {
    /// - Throws: ``EvaluationError/incomparable(name:found:expected:)`` unless both have the same levels and follow the
    ///   same rules, as far as they matter in a gallery.
    func requireComparability(
        with other: EvaluationResults, in gallery: GalleryKind, _ direction: DirectionOrMean, over axis: ShiftAxis?,
        name: String
    ) throws {
        if axis == nil || axis == .order {
            guard order == other.order else {
                throw EvaluationError.incomparable(
                    name: name, found: orderInWords,
                    expected: "\(other.orderInWords), as the first has, or a comparison over fid")
            }
            let places = Dictionary(other.levels.map { ($0.id, $0.axisValue) }) { first, _ in first }
            for level in levels {
                guard let order, let value = level.axisValue, let expected = places[level.id] ?? nil, value != expected
                else { continue }
                throw EvaluationError.incomparable(
                    name: name, found: "\(level.id) at \(value) by \(order.words)",
                    expected: "it at \(expected), as the first has, or a comparison over fid")
            }
            guard axis == nil || order != nil else {
                throw EvaluationError.incomparable(
                    name: name, found: orderInWords,
                    expected: "levels in an order of their own, or a comparison over fid")
            }
        }
        // Results of the catalogue alone have no tasks.
        if direction == .mean, let found = tasksInWords, let expected = other.tasksInWords {
            guard found == expected else {
                throw EvaluationError.incomparable(name: name, found: found, expected: "\(expected), as the first has")
            }
        }
        for property in Self.comparableProperties {
            let (found, expected) = (property(self, gallery), property(other, gallery))
            guard found == expected else {
                throw EvaluationError.incomparable(name: name, found: found, expected: "\(expected), as the first has")
            }
        }
    }

    /// What the levels stand by.
    private var orderInWords: String {
        guard let order else { return "levels by their distance (fid)" }
        let details = [order.kind, order.classValue.map { "the \($0) of each class" }].compactMap(\.self)
        return "levels by \(order.words)" + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
    }

    /// The directions of the tasks: a mean over one direction has other queries, and other models, than one over both.
    private var tasksInWords: String? {
        let kinds = Set(
            levels.compactMap { level in level.scores(of: .model).map { [$0.forward != nil, $0.reverse != nil] } })
        return switch kinds {
        case []: nil
        case [[true, true]]: "scores in both directions"
        case [[true, false]]: "scores of forward tasks alone"
        case [[false, true]]: "scores of reverse tasks alone"
        default: "scores in directions that vary from level to level"
        }
    }

    /// The properties, in words, that results compared in a gallery must share.
    private static let comparableProperties: [@Sendable (EvaluationResults, GalleryKind) -> String] = [
        { results, _ in "results on \(results.dataset)" },
        { results, _ in "the split \(results.settings.split)" },
        { results, _ in "ranks by \(results.settings.similarity.rawValue) similarity" },
        { results, _ in
            "the levels "
                + results.levels.sorted { ($0.fid, $0.id) < ($1.fid, $1.id) }.map { level in
                    "\(level.id) (fid \(level.fid)" + (level.excess.map { ", excess \($0)" } ?? "")
                        + ")"
                }.joined(separator: ", ")
        },
        { results, _ in
            let confidence = results.settings.confidence
            return "errors by \(confidence.kind.rawValue), \(confidence.count) of seed \(confidence.seed)"
                + (confidence.families.map { $0.areWhole ? ", of whole values of \($0.name)" : "" } ?? "")
        },
        { results, gallery in
            guard gallery == .catalogue else { return "" }
            return results.settings.catalogue.map { "a catalogue that is asked for \($0.queryClassCount) classes" }
                ?? "no catalogue"
        },
        { results, gallery in
            // Errors over other numbers of groups do not add.
            results.levels.lazy.flatMap { $0.everyScore(in: gallery) }.flatMap(\.groupCounts).first
                .map { "errors of \($0[0]) groups and \($0[1]) pairs of them in the \(gallery.rawValue) gallery" }
                ?? "no errors in the \(gallery.rawValue) gallery"
        },
        { results, _ in "lone queries \(results.settings.loneQueries.rawValue)" },
        { results, _ in results.settings.roles == nil ? "no roles of samples" : "roles of samples" },
        { results, _ in results.settings.cameraCount == nil ? "no cameras" : "cameras" },
        { results, _ in results.settings.groupCount == nil ? "searches within groups too" : "searches across groups" },
        { results, _ in
            results.settings.matchedGallery.map { gallery in
                "matched galleries of \(gallery.classCount) classes of at most \(gallery.samplesPerClass) samples, "
                    + "\(gallery.drawCount) draws of seed \(gallery.seed)"
            } ?? "no matched galleries"
        },
    ]
}
