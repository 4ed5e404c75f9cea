public import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import Glyphs200
import Reports
public import Splits

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write splits in the forms that trainers read.",
        discussion: manual(
            """
            Each level becomes a table or a folder; classes are numbered from 0 over the whole dataset, in the order of \
            their labels' bytes, so that a number means the same class at every level.
            """,
            further: [
                (
                    "FORMATS",
                    """
                    \(summaries)

                    Images are symbolic links to those below --root. Names of classes and files are kept where they are plain; \
                    what could be taken for something else (slashes, leading dots, controls) is written as %XX, and names that \
                    are very long or differ in case alone get a digest, so that no name leads out of the folder or meets another.

                    Validation folds are a column where the form has room for one (csv, wilds). --fold N takes a \
                    fold out of the training part in every form: it is then the part validation (val in wilds); in oml it takes \
                    the place of the test classes, which are left out.
                    """
                )
            ],
            reads: """
                manifest.json and samples.csv of the folder; images below --root DIR
                """,
            writes: """
                the form's files below the output folder, see above
                receipt.csv  which files and links these are
                """,
            prints: """
                how many files and links are where; --format json: form, folder, levels,
                files and the number of links
                """,
            examples: """
                oodml export splits/glyphs200 --as oml
                oodml export splits/photos --as imagefolder --root photos
                oodml export splits/photos --as csv --level level-1,level-9 \\
                  --fold 0
                """))

    @Argument(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @Option(name: .customLong("as"), help: "The form to write.")
    var chosenForm: SplitExport.Form?

    @Option(
        help: ArgumentHelp(
            "What to print on standard output: text or json; or a form, which is short for --as. (default: text)",
            valueName: "format"),
        completion: .list(PrintOrForm.allValueStrings))
    var format: [PrintOrForm] = []

    @Option(
        help: ArgumentHelp("Write these levels only, separated by commas (default: all).", valueName: "id,id,…"),
        transform: { $0.parts(between: ",", keepingEmpty: false) })
    var level: [String] = []

    @Option(help: "Which side is trained on: the train classes, or in reverse the test classes.")
    var direction = Direction.forward

    @Option(help: ArgumentHelp("Make this fold of the train classes the validation part.", valueName: "n"))
    var fold: Int?

    @Option(
        help: ArgumentHelp(
            "The folder of the images; stands before the paths in tables (for images of \(EmbeddedBenchmark.name): not needed).",
            valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp("The output folder (default: exports/NAME-FORMAT).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @Flag(help: "Replace the export of another run in the output folder; your own files there stay.")
    var force = false

    @Flag(name: .shortAndLong, help: "Print no progress and no warnings.")
    var quiet = false

    func validate() throws {
        _ = try form
        if let fold, fold < 0 { throw ValidationError("--fold is \(fold); expected 0 or more") }
        if fold != nil && direction == .reverse {
            throw ValidationError("--fold and --direction reverse exclude each other; folds are of the train classes")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: quiet)
        defer { terminal.finish() }
        let form = try form
        let folder = try SplitFolder(at: splits)
        let (manifest, dataset) = (folder.manifest, folder.dataset)
        let images = try images(of: manifest, for: form)
        let target = out ?? defaultFolder(of: form)
        // Files in the way are found before the samples are arranged.
        _ = try OutputFolder(target, result: "export", force: force)
        terminal.status("arranging \(dataset.samples.count) samples")
        let export = try folder.exported(
            as: form, levels: level.isEmpty ? nil : level, direction: direction, fold: fold,
            root: root?.absoluteURL.path)
        try folder.write(export, to: target, images: images, replacing: force, report: terminal.show)
        terminal.finish()
        guard format.last(where: { $0.output != nil })?.output != .json else {
            let report = ExportReport(
                form: form.name, folder: target.relativePath,
                levels: level.isEmpty ? manifest.levels.map(\.id) : level, files: export.files.map(\.path),
                linkCount: export.links.count)
            return try printJSON(report)
        }
        try printText(
            "Written: \(export.files.count) \(export.files.count == 1 ? "file" : "files")"
                + (export.links.isEmpty ? "" : " and \(export.links.count) links to images")
                + " below \(onOneLine(target.relativePath))")
    }

    /// A description of each form for the help.
    private static var summaries: String {
        SplitExport.Form.all.map { form in
            let lines = form.summary.replacing(bytes: ["ROOT": "--root"]).textLines
            let gap = String(repeating: " ", count: 13 - form.name.count)
            return form.name + gap + lines.joined(separator: "\n" + String(repeating: " ", count: 13))
        }.joined(separator: "\n")
    }

    /// The form, given by one of two options.
    private var form: SplitExport.Form {
        get throws {
            let forms = Set([chosenForm].compactMap { $0 } + format.compactMap(\.form))
            guard let form = forms.first, forms.count == 1 else {
                let names = SplitExport.Form.all.map(\.name).joined(separator: ", ")
                throw ValidationError("found \(forms.count) forms; expected --as with one of \(names)")
            }
            return form
        }
    }

    private func defaultFolder(of form: SplitExport.Form) -> URL {
        let name = splits.standardizedFileURL.lastPathComponent
        return URL(
            filePath: "exports/\(name)-\(form.name)" + (direction == .reverse ? "-reverse" : "")
                + (fold.map { "-fold-\($0)" } ?? ""))
    }

    /// The folder that links lead to; nil for forms without images.
    private func images(of manifest: SplitManifest, for form: SplitExport.Form) throws -> URL? {
        guard form.hasImages else { return nil }
        if let root { return root.absoluteURL }
        if let images = manifest.embeddedImages { return images }
        throw ValidationError("expected --root DIR, the folder of the images of \(manifest.dataset.name)")
    }
}

/// The value of `export --format`: how to print, as in other commands, or the form to write.
enum PrintOrForm: ExpressibleByArgument, Equatable {
    case print(OutputFormat)
    case write(SplitExport.Form)

    init?(argument: String) {
        if let format = OutputFormat(rawValue: argument) {
            self = .print(format)
        } else if let form = SplitExport.Form(argument: argument) {
            self = .write(form)
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { OutputFormat.allValueStrings + SplitExport.Form.allValueStrings }

    var output: OutputFormat? { if case .print(let format) = self { format } else { nil } }
    var form: SplitExport.Form? { if case .write(let form) = self { form } else { nil } }
}

/// What `export --format json` prints.
private struct ExportReport: Encodable {
    let form: String
    let folder: String
    let levels: [String]
    let files: [String]
    let linkCount: Int

    enum CodingKeys: String, CodingKey {
        case form, folder, levels, files
        case linkCount = "link_count"
    }
}

extension SplitExport.Form: ExpressibleByArgument {
    /// The form with that name, or nil.
    public init?(argument: String) {
        guard let form = Self.all.first(where: { $0.name == argument }) else { return nil }
        self = form
    }

    /// The names of all forms, for the help.
    public static var allValueStrings: [String] { all.map(\.name) }

    /// The values that shells offer for the option.
    public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

extension Direction: ExpressibleByArgument {}
