import Foundation
import TestSupport

/// The files of the repository.
enum Repository {
    static let folder = repositoryFolder

    /// The Markdown pages: the README, and whatever is below these folders.
    static var pages: [URL] {
        get throws {
            let folders = ["Sources", "Examples", "Benchmarks", "splits"]
            let below = try folders.flatMap { name in
                try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: name).path)
                    .filter { $0.hasSuffix(".md") && !$0.contains(".build/") }
                    .map { folder.appending(path: name).appending(path: $0) }
            }
            return below.sorted { $0.path < $1.path } + [folder.appending(path: "README.md")]
        }
    }

    static func page(_ path: String) -> URL { folder.appending(path: path) }

    /// The blocks of a page that are for a shell.
    static func shellBlocks(of page: URL) throws -> [String] {
        try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n```sh\n").dropFirst()
            .map { $0.components(separatedBy: "\n```\n")[0] }
    }
}
