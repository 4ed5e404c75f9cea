import ArgumentParser
import Files
import Foundation

/// What is wrong with a word of a command line that names no command and no option, with the nearest name that there is; nil if
/// all are known.
///
/// The argument parser checks the values that it knows first, and so can complain of what a mistyped option left out.
func faultOfUnknownWord(in words: [String]) -> String? {
    guard let help = try? JSONDecoder().decode(ProgramHelp.self, from: Data(Oodml._dumpHelp().utf8)) else { return nil }
    let commands = (help.command.subcommands ?? []).filter { $0.shouldDisplay ?? true }
    guard let name = words.first, !name.begins(with: "-") else { return nil }
    guard let command = commands.first(where: { $0.commandName == name }) else {
        guard name != "help" else { return nil }
        return "there is no command \"\(excerpt(onOneLine(name)))\""
            + suggestion(name, among: commands.map(\.commandName))
            + "; oodml --help lists all"
    }
    var current = command
    var rest = words.dropFirst()
    while let next = rest.first, let inner = current.subcommands?.first(where: { $0.commandName == next }) {
        current = inner
        rest = rest.dropFirst()
    }
    let options = (current.arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map {
        "--" + $0.name
    }
    for word in rest.prefix(while: { $0 != "--" }) where word.begins(with: "--") {
        let option = word.parts(between: "=")[0]
        if !options.contains(option) {
            return "\(name) has no option \(excerpt(onOneLine(option)))" + suggestion(option, among: options)
                + "; oodml \(name) --help lists all"
        }
    }
    return nil
}

private func suggestion(_ name: String, among known: [String]) -> String {
    nearestName(to: name, among: known, within: 0.3).map { "; did you mean \($0)?" } ?? ""
}

/// What is read of the argument parser's description of all commands.
private struct ProgramHelp: Decodable {
    struct Command: Decodable {
        let commandName: String
        let shouldDisplay: Bool?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let names: [Name]?
    }

    let command: Command
}
