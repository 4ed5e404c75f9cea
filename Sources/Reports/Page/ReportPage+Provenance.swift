internal import Files
internal import Embeddings
internal import Evaluation
internal import Retrieval
internal import Splits
internal import Statistics

extension ReportPage {
    /// Appends where everything comes from, and how to cite it.
    func provenance(_ html: inout Markup) {
        html.table(
            caption: "The splits", columns: [("What", false), ("Value", false)],
            rows: splitFacts.map { [$0.0, $0.1] }, className: "facts-table")
        if !models.isEmpty {
            html.table(
                caption: "The models",
                columns: [
                    ("Model", false), ("What", false), ("Files", false), ("Runs", true), ("Scored on", false),
                    ("Similarity", false),
                    ("Errors by", false), ("Tricks", false), ("Written by", false),
                ],
                rows: models.map { model in
                    let run = model.runs[0]
                    return [
                        model.name,
                        run.provenance?.training.map { $0.objectives.map(\.title).joined(separator: " + ") } ?? "–",
                        run.model, "\(model.runs.count)", run.settings.split,
                        run.settings.similarity.rawValue, run.settings.confidence.kind.rawValue,
                        run.settings.tricks.isEmpty ? "none" : run.settings.tricks.joined(separator: ", "), run.tool,
                    ]
                })
        }
        html.element("h3", [], content: "How to cite")
        html.element(
            "p", [],
            content:
                "Cite the paper that introduced graded splits, and name the splits by the digests above: distances are "
                + "comparable within one dataset and one backbone only.")
        let lines = citation.parts(between: "\n", keepingEmpty: false).map(Markup.escaped)
        html.raw("<pre tabindex=\"0\"><code>\(lines.joined(separator: "\n"))</code></pre>")
    }

    private var splitFacts: [(String, String)] {
        let settings = manifest.settings
        var facts = [
            ("Written by", manifest.generator), ("Dataset", manifest.dataset.name),
            ("Samples and classes", "\(manifest.dataset.sampleCount) in \(manifest.dataset.classCount)"),
            ("Digest of samples and classes", manifest.dataset.sha256),
        ]
        if let source = manifest.importedFrom {
            facts += [
                ("Published in", source.file), ("Digest of the published file", source.sha256),
                ("Method", settings.methodName), ("Seed of the matched training sets", "\(settings.seed)"),
            ]
        }
        guard let embeddings = manifest.embeddings else { return facts }
        facts += [
            ("Embeddings", "\(embeddings.source.rawValue) \(embeddings.file), \(embeddings.dimension) dimensions"),
            ("Digest of the embeddings' file or network", embeddings.sha256),
        ]
        if let preprocessing = embeddings.preprocessing {
            let size = preprocessing.inputSize.map(String.init).joined(separator: " × ")
            facts.append(
                ("Preprocessing", "to \(size), resize \(preprocessing.resize.mode), \(preprocessing.interpolation)"))
        }
        if let made = settings.madeBy {
            facts += [
                ("Method", made.method.name), ("Statistic", made.statistic.rawValue), ("Unit", "\(made.unit)"),
                ("Start", startWords(made.start)), ("Seed", "\(made.seed)"),
                ("Draws of each null band", "\(made.nullDraws)"),
            ]
        }
        if let p = manifest.controls?.p {
            facts.append(
                (
                    "All levels \(manifest.levelOrder == nil ? "harder than" : "after") the start together",
                    "p = \(fixed(p, 3))"
                ))
        }
        if let agreement = manifest.rankAgreement {
            facts.append(("Rank correlation with the kernel discrepancy", fixed(agreement, 2)))
        }
        return facts
    }

    private var citation: String {
        """
        @inproceedings{milbich2021characterizing,
          title     = {Characterizing Generalization under Out-Of-Distribution Shifts in Deep Metric Learning},
          author    = {Milbich, Timo and Roth, Karsten and Sinha, Samarth and Schmidt, Ludwig and
                       Ghassemi, Marzyeh and Ommer, Bj{\\"o}rn},
          booktitle = {Advances in Neural Information Processing Systems},
          year      = {2021}
        }
        """
    }
}

/// What a series starts from, in words.
private func startWords(_ start: SplitStart) -> String {
    switch start {
    case .official: "the dataset's own split, or the first half of its classes where it has none"
    case .alphabetical: "the first half of the classes"
    case .random: "random halves of the classes"
    }
}
