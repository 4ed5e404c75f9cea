import HeadTraining
import Files
import Foundation

/// One command of a study, with what tells whether it has to run.
struct StudyStep {
    /// The command, and its words after the program's name.
    let name: String
    /// What it is for, in a few words.
    let purpose: String
    let words: [String]
    /// The folder or file that it makes, its place in the record.
    let place: String
    /// The files by which what it made is known: the receipt of a folder, or the file itself.
    let outputs: [String]
    /// The files that it depends on; nil for a command that looks itself whether there is anything to do.
    let inputs: [String]?

    init(
        _ name: String, _ purpose: String, _ words: [String], makes place: String, knownBy outputs: [String]? = nil,
        from inputs: [String]?
    ) {
        (self.name, self.purpose, self.words) = (name, purpose, [name] + words + ["--out=\(place)"])
        (self.place, self.outputs, self.inputs) = (place, outputs ?? [place + "/receipt.csv"], inputs)
    }

    /// The command line, to be run alone.
    var commandLine: String { (["oodml"] + words).map(\.asShellWord).joined(separator: " ") }

    /// What its result depends on: its words, the version of the program, and the bytes of its inputs; nil for a command
    /// that looks itself.
    ///
    /// - Throws: `FileError` for an input that cannot be read.
    func key() throws -> String? {
        guard let inputs else { return nil }
        let digest = try StudyStep.digest(of: inputs)
        return SHA256.hexadecimal(of: Array((words + [generator, digest]).joined(separator: "\n").utf8))
    }

    /// The digest of what it made; nil if not all of that is there.
    func result() throws -> String? {
        outputs.allSatisfy { exists(path: $0) } ? try StudyStep.digest(of: outputs) : nil
    }

    private static func digest(of paths: [String]) throws -> String {
        let digests = try paths.map { path in
            let url = URL(filePath: path)
            // A store is a folder; its receipt has the digests of all its files.
            return try SHA256.hexadecimal(ofFilesAt: [isFolder(url) ? url.appending(path: "receipt.csv") : url])
        }
        return SHA256.hexadecimal(of: Array(digests.joined(separator: "\n").utf8))
    }
}

extension String {
    /// The text as one word of a shell's command line.
    fileprivate var asShellWord: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./,=:@%+".utf8.contains(byte)
            }
        }
        return !isEmpty && isPlain ? self : "'" + replacing(bytes: ["'": "'\\''"]) + "'"
    }
}

extension [String] {
    /// The first words in which two command lines differ, and "none" where one has none.
    func difference(from other: [String]) -> (String, String) {
        let (own, others) = (first { !other.contains($0) }, other.first { !contains($0) })
        return (own ?? "none", others ?? "none")
    }
}

/// What `study.json` holds: the settings of a study, and how its steps were run.
struct StudyRecord: Codable {
    /// A step that has run.
    struct Step: Codable {
        let command: String
        /// What it made.
        let output: String
        /// What that depended on, as ``StudyStep/key()``; nil where an earlier step has run again since.
        var key: String?
        /// The digest of what it made.
        let result: String?
        let seconds: Double
    }

    private(set) var schemaVersion = 1
    var generator: String
    /// The words of the command line that the study depends on.
    var settings: [String]
    private(set) var steps: [Step] = []

    init(generator: String, settings: [String]) {
        (self.generator, self.settings) = (generator, settings)
    }

    /// The last run of a step at its place, whatever its words were.
    func run(of step: StudyStep) -> Step? { steps.first { $0.output == step.place } }

    /// Records that a step has run; if it made something else than before, those after it have to run again.
    mutating func note(_ step: StudyStep, of plan: [StudyStep], key: String?, seconds: Double) throws {
        let result = try step.result()
        if run(of: step)?.result != result {
            let later = plan.map(\.place).drop { $0 != step.place }
            for position in steps.indices where later.contains(steps[position].output) { steps[position].key = nil }
        }
        steps.removeAll { $0.output == step.place }
        steps.append(
            Step(
                command: step.commandLine, output: step.place, key: key, result: result,
                seconds: (seconds * 10).rounded() / 10))
        let order = plan.map(\.place)
        steps.sort { (order.firstIndex(of: $0.output) ?? .max) < (order.firstIndex(of: $1.output) ?? .max) }
    }

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case generator, settings, steps
    }
}

/// The folder of a study.
struct StudyFolder {
    let url: URL
    /// Where its record is.
    var recordFile: URL { url.appending(path: Self.recordName) }

    private static let recordName = "study.json"
    private static let resultName = "study"

    init(at url: URL) { self.url = url }

    /// The record of an earlier run; nil if there is none.
    func record() throws -> StudyRecord? {
        guard exists(recordFile) else { return nil }
        return try readJSON(StudyRecord.self, from: recordFile, as: "the record of a study")
    }

    /// Writes the record, in place of its former state.
    func write(_ record: StudyRecord) throws {
        let folder = try OutputFolder(url, result: Self.resultName, force: true)
        _ = try folder.write([OutputItem(Self.recordName, Data(try stableJSON(record).utf8))])
    }

    /// The folders of results, one for each objective.
    func results(of objectives: String) -> [String] {
        let names = objectives == "all" ? KnownObjectives.all.map(\.name) : objectives.parts(between: ",")
        return names.map { path("results/\($0)") }
    }

    /// The path of a file or folder of the study, which looks like no option.
    func path(_ name: String) -> String {
        let path = url.appending(path: name).relativePath
        return path.begins(with: "-") ? "./" + path : path
    }
}
