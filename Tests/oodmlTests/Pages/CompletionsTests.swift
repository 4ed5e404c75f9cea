import Foundation
import TestSupport
import Testing

@Suite struct CompletionsTests {
    private let home: TemporaryFolder

    init() throws {
        home = try TemporaryFolder()
    }

    private func install(_ arguments: [String] = [], _ changes: [String: String] = [:]) throws -> CommandRun {
        let variables = [
            "HOME": home.url.path, "SHELL": "/bin/bash", "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "",
            "BASH_COMPLETION_USER_DIR": "",
        ]
        return try CommandRun(
            ["completions", "install"] + arguments, in: home.url, environment: variables.merging(changes) { $1 })
    }

    @Test(arguments: [
        ("bash", ".local/share/bash-completion/completions/oodml"), ("zsh", ".local/share/zsh/site-functions/_oodml"),
        ("fish", ".config/fish/completions/oodml.fish"),
    ])
    func eachShellHasItsFile(shell: String, path: String) throws {
        let file = home.url.appending(path: path)
        let run = try install([], ["SHELL": "/usr/bin/\(shell)"])
        #expect(run.status == 0 && run.output.hasPrefix("Written: \(file.path)\n"), "\(run.errors)")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasSuffix("# Written by `oodml completions install`.\n"))
        if shell == "zsh" {
            #expect(text.hasPrefix("#compdef oodml\n"))
            #expect(run.output.contains("fpath=(\(file.deletingLastPathComponent().path) $fpath)"))
        }
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: home.url.path).filter { $0.contains("oodml") } == [path]
        )

        // Again, nothing is done; a file of an older version is replaced.
        #expect(try install(["--shell", shell]).output.hasPrefix("Up to date: "))
        try home.write("old\n# Written by `oodml completions install`.\n", to: path)
        #expect(try install(["--shell", shell]).output.hasPrefix("Written: "))
        #expect(try String(contentsOf: file, encoding: .utf8) == text)

        // What somebody else wrote stays.
        try home.write("mine\n", to: path)
        let refused = try install(["--shell", shell])
        #expect(refused.status == 1 && refused.errors.hasPrefix("Error: \(file.path): there is a file that"))
        #expect(try String(contentsOf: file, encoding: .utf8) == "mine\n")
    }

    @Test func foldersOfTheUserAreRespected() throws {
        let data = home.url.appending(path: "data").path
        #expect(
            try install([], ["XDG_DATA_HOME": data]).output.hasPrefix(
                "Written: \(data)/bash-completion/completions/oodml\n"))
        let own = home.url.appending(path: "own").path
        let run = try install(["--format", "json"], ["BASH_COMPLETION_USER_DIR": own, "XDG_DATA_HOME": data])
        #expect(run.output == "{\"changed\": true, \"file\": \"\(own)/completions/oodml\", \"shell\": \"bash\"}\n")
        // A relative path is to be ignored, by the XDG specification.
        #expect(
            try install([], ["XDG_DATA_HOME": "data"]).output.hasPrefix("Written: \(home.url.path)/.local/share/"))
    }

    @Test func otherShellsAreWrongUsage() throws {
        for run in [try install(["--shell", "tcsh"]), try install([], ["SHELL": "/bin/sh"])] {
            #expect(run.status == 64 && run.errors.contains("expected --shell with one of"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.url.path).isEmpty)
    }

    /// What bash itself completes by the installed file.
    @Test func bashCompletesCommandsValuesFilesAndFolders() throws {
        #expect(try install().status == 0)
        for file in ["work/f.npy", "work/two words.csv", "work/net.onnx", "work/notes.txt", "work/photos/a.jpg"] {
            try home.write("", to: file)
        }
        func completed(_ words: String...) throws -> [String] {
            let script = """
                source "$1"; shift
                COMP_WORDS=(oodml "$@"); COMP_CWORD=$#; COMP_LINE="oodml $*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
                _oodml oodml "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let bash = Process()
            bash.executableURL = URL(filePath: "/bin/bash")
            let installed = home.url.appending(path: ".local/share/bash-completion/completions/oodml").path
            bash.arguments = ["--norc", "-c", script, "bash", installed] + words
            bash.currentDirectoryURL = home.url.appending(path: "work")
            let pipe = Pipe()
            bash.standardOutput = pipe
            try bash.run()
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            bash.waitUntilExit()
            return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
        }
        #expect(try completed("ma") == ["make-splits"])
        #expect(try completed("make-splits", "--targ") == ["--targets"])
        #expect(
            try completed("make-splits", "--dataset", "")
                == ["cars196", "cub200", "dukemtmc", "glyphs200", "inshop", "market1501", "msmt17", "sop", "veri776"])
        #expect(try completed("make-splits", "--root", "") == ["photos"])
        #expect(try completed("make-splits", "--features", "") == ["f.npy", "photos", "two words.csv"])
        #expect(try completed("make-splits", "--samples", "") == ["f.npy", "notes.txt", "photos", "two words.csv"])
        #expect(try completed("evaluate", "--model", "") == ["net.onnx", "photos"])
        #expect(try completed("make-splits", "--spacing", "") == ["excess", "fid"])
        #expect(try completed("compare", "") == ["photos"])
        #expect(try completed("compare", "--metric", "map") == ["map", "map@1000", "map@r"])
        #expect(try completed("export", "photos", "--as", "i") == ["imagefolder"])
        #expect(try completed("export", "photos", "--format", "j") == ["json"])
        #expect(try completed("completions", "install", "--shell", "") == ["bash", "fish", "zsh"])
    }
}
