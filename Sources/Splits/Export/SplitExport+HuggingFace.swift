internal import Datasets
internal import Foundation

extension ExportTables {
    /// The table of a part of a level: `metadata.csv`, or `metadata.jsonl` where readers of the former would take a name for
    /// a number, or for nothing.
    ///
    /// The loader of Hugging Face infers the type of each column from each part's values, and refuses parts whose types
    /// differ. In JSON a string stays one.
    func huggingFace(_ level: ExportedLevel, _ part: ExportPart, tree: ExportTree) -> SplitExport.File {
        let columns: [Column] = [
            ("file_name", { sample, _ in tree.path(of: sample) }), ("label", { dataset.classLabels[$1] }),
            ("class_number", { String($1) }), superclass("superclass"), role,
            ("sample", { sample, _ in dataset.samples[sample].id }),
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

    /// Whether any text of the tables is empty, or could be read as something else than text.
    private var hasNamesLikeNumbers: Bool {
        let hasRoles = role != nil
        let texts = Set(
            dataset.classLabels + dataset.classLabels.indices.compactMap { superclass("superclass")?.field(0, $0) }
                + dataset.samples.map(\.id))
        return hasRoles && dataset.samples.contains { $0.role == nil } || texts.contains(where: looksLikeNumber)
    }
}

/// Whether a text is empty, a number, or one of the words that readers of tables take for true, false or nothing.
private func looksLikeNumber(_ text: String) -> Bool {
    let words: Set = ["na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "true", "false", "inf", "infinity"]
    let plain = text.trimmingCharacters(in: .whitespaces).lowercased()
    let unsigned = plain.hasPrefix("-") || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
    // Dates and the like have no letters either.
    return Double(plain) != nil || words.contains(unsigned) || !plain.contains(where: \.isLetter)
}

/// In double quotes, as JSON has it, whose escapes YAML knows as well.
private func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
}

/// The `README.md` that makes each level a configuration of a Hugging Face dataset.
func huggingFaceCard(of name: String, _ levels: [ExportedLevel]) -> Data {
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
