import ArgumentParser
import Datasets
import Files
import Foundation
import Reports

struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a shell complete commands, options, their values and files.",
        discussion: """
            See `oodml completions install --help`. Packagers get the scripts from `oodml \
            --generate-completion-script SHELL`.

            EXAMPLES:
              oodml completions install
            """,
        subcommands: [InstallCompletions.self])
}

struct InstallCompletions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install completions for a shell, for this user.",
        discussion: manual(
            """
            Writes one file where the shell looks for completions of the user, and says which. Nothing else is changed: \
            where a line in a start-up file is needed as well, it is printed. Running it again does nothing, or brings \
            the file up to date. A file that oodml did not write is left alone.
            """,
            reads: """
                SHELL, HOME, XDG_DATA_HOME, XDG_CONFIG_HOME, BASH_COMPLETION_USER_DIR
                """,
            writes: """
                bash  ~/.local/share/bash-completion/completions/oodml
                      (read by the package bash-completion)
                zsh   ~/.local/share/zsh/site-functions/_oodml
                fish  ~/.config/fish/completions/oodml.fish
                """,
            prints: """
                the file, and what is still to do; --format json: shell, file, changed
                """,
            examples: """
                oodml completions install
                oodml completions install --shell zsh
                """))

    @Option(
        help: ArgumentHelp("The shell: bash, zsh or fish (default: that of the variable SHELL).", valueName: "shell"),
        completion: .list(CompletionShell.allCases.map(\.rawValue)))
    var shell: String?

    @Option(help: "What to print on standard output.")
    var format: OutputFormat = .text

    private struct Report: Encodable {
        let shell: String
        let file: String
        let changed: Bool
    }

    func validate() throws {
        if shell != nil || ProcessInfo.processInfo.environment["SHELL"] != nil { _ = try kind() }
    }

    func run() throws {
        let kind = try kind()
        let file = try Self.file(for: kind)
        let text = Oodml.completionScript(for: kind) + "\n\(Self.mark)\n"
        let output = try OutputFile(file, force: true)
        let existing = exists(file) ? String(decoding: try readFile(file), as: UTF8.self) : nil
        guard existing?.holds(Self.mark) ?? true else {
            throw CommandError(
                "\(file.path): there is a file that oodml did not write; expected none, or one of an earlier install")
        }
        let changed = existing != text
        if changed { try output.write(Data(text.utf8)) }
        switch format {
        case .json:
            try printJSON(Report(shell: kind.rawValue, file: file.path, changed: changed))
        case .text:
            try printText((changed ? "Written: " : "Up to date: ") + onOneLine(file.path))
            // Printed without wrapping, since lines to be copied must not be broken.
            try printText(Self.advice(for: kind, folder: file.deletingLastPathComponent()))
        }
    }

    /// A line that marks a file as written by oodml.
    private static let mark = "# Written by `oodml completions install`."

    private func kind() throws -> CompletionShell {
        let name = shell ?? ProcessInfo.processInfo.environment["SHELL"].map { URL(filePath: $0).lastPathComponent }
        let names = CompletionShell.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name else {
            throw ValidationError("the variable SHELL is not set; expected --shell with one of \(names)")
        }
        guard let kind = CompletionShell(rawValue: name) else {
            throw ValidationError("found the shell \"\(name)\"; expected --shell with one of \(names)")
        }
        return kind
    }

    /// Where a shell looks for a user's completions.
    private static func file(for shell: CompletionShell) throws -> URL {
        let environment = ProcessInfo.processInfo.environment
        func folder(_ name: String, else path: String) throws -> URL {
            if let value = environment[name], value.begins(with: "/") { return URL(filePath: value) }
            guard let home = environment["HOME"], home.begins(with: "/") else {
                throw CommandError("the variable HOME is not set; expected the folder of the user")
            }
            return URL(filePath: home).appending(path: path)
        }
        switch shell {
        case .zsh: return try folder("XDG_DATA_HOME", else: ".local/share").appending(path: "zsh/site-functions/_oodml")
        case .fish: return try folder("XDG_CONFIG_HOME", else: ".config").appending(path: "fish/completions/oodml.fish")
        default:
            let own = environment["BASH_COMPLETION_USER_DIR"].flatMap { $0.begins(with: "/") ? URL(filePath: $0) : nil }
            let parent = try own ?? folder("XDG_DATA_HOME", else: ".local/share").appending(path: "bash-completion")
            return parent.appending(path: "completions/oodml")
        }
    }

    private static func advice(for shell: CompletionShell, folder: URL) -> String {
        switch shell {
        case .zsh:
            """
            New shells complete oodml if ~/.zshrc has these lines, the first before the second:
              fpath=(\(folder.path) $fpath)
              autoload -Uz compinit && compinit
            """
        case .fish: "New shells complete oodml."
        default:
            "New shells complete oodml where the package bash-completion is installed; elsewhere ~/.bashrc must source "
                + "the file."
        }
    }
}
