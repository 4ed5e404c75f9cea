internal import Files
internal import Datasets
internal import Foundation

extension SplitExport.Form {
    /// Hugging Face image folders: `level/part/class/image` with `level/part/metadata.csv`, and a `README.md` whose
    /// header declares each level as a configuration.
    ///
    /// If a class, superclass or sample has a name that could be read as a number or a missing value, the table is
    /// `metadata.jsonl`, in which names stay text.
    public static let huggingface = SplitExport.Form(
        name: "huggingface",
        summary: """
            LEVEL/PART/CLASS/IMAGE, LEVEL/PART/metadata.csv (.jsonl
            where names could be read as numbers), and a README.md
            in which each level is a configuration
            """,
        hasImages: true,
        contents: { splits in
            let tree = try ExportTree(of: splits.dataset)
            let tables = splits.levels.flatMap { level in
                level.parts.map { splits.metadata(level, $0, tree: tree) }
            }
            let card = SplitExport.File(path: "README.md", bytes: card(of: splits.name, splits.levels))
            return (tables + [card], splits.levels.flatMap(tree.links))
        })
}

extension ExportedSplits {
    /// The table of a part of a level: `metadata.csv`, or `metadata.jsonl` if CSV readers would take a name for a
    /// number or a missing value.
    ///
    /// The Hugging Face loader infers the type of each column from each part's values, and refuses parts whose types
    /// differ. In JSON a string stays a string.
    fileprivate func metadata(_ level: ExportedLevel, _ part: ExportPart, tree: ExportTree) -> SplitExport.File {
        let columns: [Column] = [
            ("file_name", { sample, _ in tree.path(of: sample) }), label("label"), classNumber("class_number"),
            superclass("superclass"), role, sample("sample"),
        ].compactMap { $0 }
        let samples = samples(of: level, in: [part])
        let folder = "\(level.name)/\(part.rawValue)"
        guard hasNamesLikeNumbers else {
            return SplitExport.File(path: "\(folder)/metadata.csv", bytes: table(columns, samples: samples))
        }
        let lines = samples.map { sample in
            let fields = columns.map { column in
                let text = column.field(sample, dataset.classOfSample[sample])
                return "\(quoted(column.name)): \(column.name == "class_number" ? text : quoted(text))"
            }
            return "{" + fields.joined(separator: ", ") + "}\n"
        }
        return SplitExport.File(path: "\(folder)/metadata.jsonl", bytes: Data(lines.joined().utf8))
    }

    /// Whether any text in the tables is empty, or could be read as something other than text.
    private var hasNamesLikeNumbers: Bool {
        let hasRoles = role != nil
        let texts = Set(
            dataset.classLabels + dataset.classLabels.indices.compactMap { superclass("superclass")?.field(0, $0) }
                + dataset.samples.map(\.id))
        return hasRoles && dataset.samples.contains { $0.role == nil } || texts.contains(where: looksLikeNumber)
    }
}

/// Whether a text is empty, a number, or one of the words that table readers take for true, false or null.
private func looksLikeNumber(_ text: String) -> Bool {
    let words: Set = ["na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "true", "false", "inf", "infinity"]
    let plain = text.trimmingCharacters(in: .whitespaces).lowercased()
    let unsigned = plain.begins(with: "-") ? plain.dropping("-") : plain.dropping("+")
    // Dates and the like have no letters either.
    return Double(plain) != nil || words.contains(unsigned)
        || !plain.unicodeScalars.contains(where: \.properties.isAlphabetic)
}

/// Text in double quotes, as in JSON; YAML accepts the same escapes.
private func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // YAML has no raw DEL, C1 and noncharacters.
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self).escaped(for: .json) } ?? "\"\""
}

/// The `README.md` that declares each level as a configuration of a Hugging Face dataset.
private func card(of name: String, _ levels: [ExportedLevel]) -> Data {
    var lines = ["---", "configs:"]
    for level in levels {
        lines += ["- config_name: \(quoted(level.name))", "  data_files:"]
        for part in level.parts {
            lines += ["  - split: \(part.rawValue)", "    path: \(quoted("\(level.name)/\(part.rawValue)/**"))"]
        }
    }
    lines += [
        "---", "", "Splits of \(quoted(name)) by difficulty, exported by oodml: one configuration for each level.",
    ]
    return Data((lines.joined(separator: "\n") + "\n").utf8)
}
