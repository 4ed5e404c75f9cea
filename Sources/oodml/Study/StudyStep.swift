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
    /// A file or folder that is there once it has run.
    let makes: String
    /// The files that it depends on.
    let inputs: [String]
    /// Whether it replaces what an earlier run of the same study made.
    let isReplacing: Bool

    init(
        _ name: String, _ purpose: String, _ words: [String], makes: String, from inputs: [String],
        isReplacing: Bool = false
    ) {
        (self.name, self.purpose, self.words) = (name, purpose, [name] + words)
        (self.makes, self.inputs, self.isReplacing) = (makes, inputs, isReplacing)
    }

    /// The command line, to be run alone.
    var commandLine: String { (["oodml"] + words).map(\.asShellWord).joined(separator: " ") }

    /// What its result depends on: its words, and the bytes of its inputs.
    ///
    /// - Throws: `FileError` for an input that cannot be read.
    func key() throws -> String {
        var parts = words
        for input in inputs {
            let url = URL(filePath: input)
            // A store is a folder; its receipt has the digests of all files.
            let file = isFolder(url) ? url.appending(path: "receipt.csv") : url
            parts.append(try SHA256.hexadecimal(ofFilesAt: [file]))
        }
        return SHA256.hexadecimal(of: Array(parts.joined(separator: "\n").utf8))
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

/// What `study.json` holds: the settings of a study, and how its steps were run.
struct StudyRecord: Codable {
    /// A step that has run.
    struct Step: Codable {
        let command: String
        let key: String
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

    /// Whether a step has run on the same inputs, and what it made is there.
    func isDone(_ step: StudyStep, key: String) -> Bool {
        exists(path: step.makes) && steps.contains { $0.command == step.commandLine && $0.key == key }
    }

    /// Records that a step has run.
    mutating func note(_ step: StudyStep, key: String, seconds: Double) {
        steps.removeAll { $0.command == step.commandLine }
        steps.append(Step(command: step.commandLine, key: key, seconds: (seconds * 10).rounded() / 10))
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
        let folder = url.appending(path: "results")
        return names.count == 1 ? [folder.relativePath] : names.map { folder.appending(path: $0).relativePath }
    }
}
