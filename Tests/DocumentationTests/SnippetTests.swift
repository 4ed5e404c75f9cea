import Foundation
import Testing
import TestSupport

/// Every Swift block in Markdown and in comments on symbols stands, word for word, between `// snippet` and `// end` in a
/// file of this folder, where it is compiled and run.
@Suite struct SnippetTests {
    private static let repository = repositoryFolder

    /// The lines of a snippet without what its place indents them by, and the modules that its file imports.
    private struct Snippet {
        let place: String
        var lines: [String] = []
        var imports: Set<String> = []

        /// The lines but for imports, which a file has at its top, and empty lines around them.
        var body: [String] {
            let rest = lines.filter { !$0.hasPrefix("import ") }.drop { $0.isEmpty }
            let indentation = rest.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
            return rest.map { String($0.dropFirst(min(indentation, $0.count))) }
        }
    }

    private static func files(below folder: String, withExtension kind: String) throws -> [(String, [String])] {
        let root = repository.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
            .filter { $0.hasSuffix(".\(kind)") && !$0.contains(".build/") }
            .map { path in
                let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
                return (
                    "\(folder)/\(path)", text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                )
            }
    }

    private static func imports(_ lines: [String]) -> Set<String> {
        Set(lines.filter { $0.hasPrefix("import ") }.map { String($0.dropFirst("import ".count)) })
    }

    private static func documented() throws -> [Snippet] {
        var found: [Snippet] = []
        func add(_ path: String, _ lines: [String]) {
            var open: Snippet?
            for (number, line) in lines.enumerated() {
                if line == "```swift" {
                    open = Snippet(place: "\(path):\(number + 1)")
                } else if line == "```", let snippet = open {
                    var snippet = snippet
                    snippet.imports = imports(snippet.lines)
                    found.append(snippet)
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            }
        }
        for folder in ["Sources", "Examples", "Benchmarks", "splits"] {
            for (path, lines) in try files(below: folder, withExtension: "md") { add(path, lines) }
        }
        for (path, lines) in try files(below: "Sources", withExtension: "swift") {
            add(
                path,
                lines.map { line in
                    let text = line.drop { $0 == " " }
                    guard text.hasPrefix("///") else { return "" }
                    return String(text.dropFirst(text.hasPrefix("/// ") ? 4 : 3))
                })
        }
        for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
            let text = try String(contentsOf: repository.appending(path: name), encoding: .utf8)
            add(name, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
        return found
    }

    private static func tested() throws -> [Snippet] {
        var found: [Snippet] = []
        for (path, lines) in try files(below: "Tests/DocumentationTests", withExtension: "swift") {
            var open: Snippet?
            for (number, line) in lines.enumerated() {
                switch line.drop(while: { $0 == " " }) {
                case "// snippet": open = Snippet(place: "\(path):\(number + 1)", imports: imports(lines))
                case "// end":
                    if let snippet = open { found.append(snippet) }
                    open = nil
                default: open?.lines.append(line)
                }
            }
        }
        return found
    }

    @Test func everySwiftBlockIsTested() throws {
        let tested = try Self.tested()
        let documented = try Self.documented()
        #expect(documented.count >= 20)
        for block in documented {
            let match = tested.first { $0.body == block.body && block.imports.isSubset(of: $0.imports) }
            #expect(match != nil, "\(block.place): no test has\n\(block.body.joined(separator: "\n"))")
        }
    }

    @Test func everyTestedSnippetIsDocumented() throws {
        let documented = try Self.documented()
        for snippet in try Self.tested() {
            #expect(documented.contains { $0.body == snippet.body }, "\(snippet.place): no page has this snippet")
        }
    }
}
