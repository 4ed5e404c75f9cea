import ArgumentParser
import Experiments
import Files
import Foundation

/// How a command prints its results.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

/// Options of every command that prints numbers.
struct PrintOptions: ParsableArguments {
    @Option(help: "What to print on standard output.")
    var format: OutputFormat = .text

    @Flag(name: .shortAndLong, help: "Print no progress and no warnings.")
    var quiet = false
}

/// Options of every command that writes a folder of results.
struct OutputOptions: ParsableArguments {
    @OptionGroup var printing: PrintOptions

    @Flag(help: "Replace results of another run in the output folder; your own files there stay.")
    var force = false

    var format: OutputFormat { printing.format }
    var quiet: Bool { printing.quiet }
}

/// The extensions of embedding files, for completions.
let featureFileExtensions = ["npy", "npz", "safetensors", "csv"]

/// The extensions of network files, for completions.
let networkFileExtensions = ["onnx", "xml", "tflite"]

/// An option and its value as words of a command line: two, or one where the value would look like an option; none where
/// there is no value.
func word(_ option: String, _ value: String?) -> [String] {
    value.map { $0.begins(with: "-") ? ["\(option)=\($0)"] : [option, $0] } ?? []
}

/// Parses a path, for options' `transform`.
func path(_ argument: String) throws -> URL {
    guard !argument.isEmpty else { throw ValidationError("the path is empty; expected a file or folder") }
    return URL(filePath: argument)
}

/// Parses the path of models, for options' `transform`.
func modelFiles(_ argument: String) throws -> ModelFiles {
    do {
        return try ModelFiles(argument)
    } catch {
        throw ValidationError("\(error)")
    }
}

/// A word of a command line that cannot be understood; the description is one sentence, which says enough without the usage.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// An error that a command itself finds; the description is one sentence.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
