import ArgumentParser
import Datasets
import DenseLinearAlgebra
import FeatureExtraction
import Files
import Foundation
import Reports
import Splits

/// The version that manifests and results record.
let version = "0.1.0"
let generator = "oodml \(version)"

@main
struct Oodml: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oodml",
        abstract: "Measure how retrieval models degrade as their test classes move away from their training classes.",
        discussion: """
            oodml turns a labelled dataset into a graded series of class-disjoint train/test splits, from easy to hard \
            by the Fréchet distance between the two sides, and scores models along that series.

            EXAMPLES, with the benchmark that comes with it:
              oodml study --dataset glyphs200
              oodml make-splits --dataset glyphs200 --out splits/glyphs200

            Results go to standard output, progress, warnings and errors to standard error. On a terminal, tables fit \
            its width (COLUMNS, or that of the window), curves are drawn, and a few words are coloured, unless NO_COLOR is \
            set or TERM is dumb. In a pipe or file, tables are whole and plain. With --format json every command prints \
            one JSON value with sorted keys, and nothing else.

            Work is divided among all processors; OPENBLAS_NUM_THREADS bounds the threads of single products. Under a \
            limit of the address space (ulimit -v, h_vmem) there are as many as fit into half of it; 1 GB is enough for \
            most data, and where it is not, one sentence says what was refused. An input may take the memory that is free, \
            and as much as is in proportion to its file; OODML_MEMORY, as in OODML_MEMORY=8G, sets another limit.

            EXIT STATUS:
              0   success
              1   the data or the machine failed
              64  wrong usage
            """,
        version: generator,
        subcommands: [
            Study.self, MakeSplits.self, MakeHoldOut.self, Embed.self, Train.self, Evaluate.self, Compare.self,
            Score.self, Grow.self, Places.self, Verify.self, Axis.self, Validate.self, Distance.self,
            Export.self, Import.self, Report.self, ListDatasets.self, ListSplits.self, Completions.self,
        ])

    static func main() {
        openStandardStreams()
        guard mayOpenFiles() else {
            writeToStandardError(
                "Error: no more files may be open at once (ulimit -n); expected a limit of 16 or more\n")
            Foundation.exit(1)
        }
        // A write beyond a limit on files (ulimit -f) then fails with a reason, instead of ending the program without one.
        signal(SIGXFSZ, SIG_IGN)
        keepFreedMemory()
        do {
            try ProgramRanks.run { try run() }
        } catch {
            exit(reporting: error)
        }
    }

    /// Runs the command of a command line, by default that of the process.
    ///
    /// - Throws: an error of one sentence, or one of the argument parser's own.
    static func run(_ arguments: [String]? = nil) throws {
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            // Help, and completions, are no faults.
            guard !exitCode(for: error).isSuccess,
                let fault = faultOfUnknownWord(in: arguments ?? Array(CommandLine.arguments.dropFirst()))
            else { throw error }
            throw UsageError(fault)
        }
        // A command within another one, or within another program, leaves signals as they are.
        if OutputCapture.current == nil { saySentenceOnTermination(goesOn: keepsWhatIsDone(command)) }
        do {
            try command.run()
            try requireStandardOutput()
        } catch let error as any CustomStringConvertible & Error where isOfData(error) {
            throw CommandError(onOneLine(error.description + advice(for: error, of: command)))
        } catch  where isOfSystem(error) {
            throw CommandError(onOneLine(sentence(aboutSystem: error)))
        }
    }

    /// Whether a command that is stopped goes on where it was.
    private static func keepsWhatIsDone(_ command: any ParsableCommand) -> Bool {
        switch command {
        case let embed as Embed: embed.parts.merge.isEmpty
        case let train as Train: train.parts.merge.isEmpty
        default: command is Study
        }
    }

    /// A remedy on the command line that a library cannot know of; empty for most errors.
    private static func advice(for error: any Error, of command: any ParsableCommand) -> String {
        if isOfImage(error) {
            let what = if case DatasetError.emptyClass = error { "classes" } else { "images" }
            if let embed = command as? Embed, embed.onError == .fail {
                return " (--on-error skip leaves such \(what) out)"
            }
            if command is MakeSplits || command is MakeHoldOut || command is Evaluate {
                return "; oodml embed --on-error skip leaves such \(what) out, and its store serves as --features"
            }
        }
        return switch error {
        case FileError.occupied(_, _, let remedy?): ", or --force \(remedy)"
        case FileError.unreadable(_, nil, let reason)
        where command is Evaluate && reason.begins(with: "there is no such file; expected one for each level"):
            "; --levels found scores the levels that have theirs"
        case FileError.unreadable(_, let kind?, let reason):
            switch kind {
            case "a split manifest" where reason.begins(with: "there is no such file"),
                "few-shot episodes" where reason.begins(with: "there is no such file"):
                "; oodml make-splits writes it"
            case "results of a model" where !reason.holds("expected"),
                "retrieval examples" where !reason.holds("expected"):
                "; oodml evaluate writes it"
            case "the record of a store": "; oodml embed writes it"
            default: ""
            }
        case SplitError.dividedUnit: " (--start alphabetical or random)"
        case SplitError.missedTarget where command is MakeSplits: " (a larger --tolerance, or another target)"
        case SplitError.tooFewForBands: " (--draws 0)"
        default: ""
        }
    }

    /// Whether an error is about one image of many.
    private static func isOfImage(_ error: any Error) -> Bool {
        switch error {
        case FeatureExtractionError.notAnImage, FeatureExtractionError.truncatedImage,
            FeatureExtractionError.damagedImage, FeatureExtractionError.unsupportedImage,
            FeatureExtractionError.imageTooLarge, FeatureExtractionError.nonFiniteEmbedding:
            true
        case FileError.unreadable(_, _, let reason): reason.begins(with: "the link leads ")
        case FileError.malformed(_, _, let found, _): found.begins(with: "a large ")
        case DatasetError.emptyClass: true
        default: false
        }
    }

    /// Ends the process as the parser would, with the word before the error highlighted if standard error has styles.
    private static func exit(reporting error: any Error) -> Never {
        // Help, versions and completions are ours, and go to standard output.
        guard !exitCode(for: error).isSuccess else { exit(withError: error) }
        if let error = error as? UsageError {
            writeToStandardError("\(StandardStream.error.display.styled("Error:", .error)) \(error)\n")
            Foundation.exit(ExitCode.validationFailure.rawValue)
        }
        let message = withoutControls(fullMessage(for: error))
        let prefix = "Error:"
        let display = StandardStream.error.display
        if message.begins(with: prefix) {
            writeToStandardError(display.styled(prefix, .error) + message.dropping(prefix) + "\n")
        } else if !message.isEmpty {
            writeToStandardError(message + "\n")
        }
        Foundation.exit(exitCode(for: error).rawValue)
    }

    /// A message of the argument parser, which quotes arguments as they are, without what a terminal would obey.
    ///
    /// Messages have several lines; a line feed in an argument is no line end of theirs.
    private static func withoutControls(_ message: String) -> String {
        let arguments = CommandLine.arguments.dropFirst()
        let values = arguments.flatMap { [$0, $0.parts(between: "=").dropFirst().joined(separator: "=")] }
        return values.filter { $0.escaped(for: .line) != $0 }.sorted { $0.utf8.count > $1.utf8.count }
            .reduce(message) { $0.replacing(bytes: [$1: $1.escaped(for: .line)]) }.escaped(for: .lines)
    }

    /// Whether an error is one of Foundation's, which would be shown as its parts.
    private static func isOfSystem(_ error: any Error) -> Bool {
        error is CocoaError || error is POSIXError || type(of: error) == NSError.self
    }

    /// An error of Foundation as one sentence, where no library made a better one.
    private static func sentence(aboutSystem error: any Error) -> String {
        let path = (error as NSError).userInfo[NSFilePathErrorKey] as? String
        return (path.map { "\($0): " } ?? "") + "the system refused to read or write: \(systemReason(of: error))"
    }

    /// Whether an error is one sentence about the data or the machine, rather than one of the argument parser's own.
    private static func isOfData(_ error: any Error) -> Bool {
        !(error is ValidationError) && !(error is UsageError) && !(error is ExitCode) && !(error is CleanExit)
            && !(error is any LocalizedError)
    }
}
