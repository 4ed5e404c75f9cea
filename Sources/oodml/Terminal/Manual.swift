import Files

/// A command's help between its first line and its options: the sections of a manual page, in the same order for all.
///
/// Lines that must not be broken are no longer than 78 cells; longer ones are paragraphs of ASCII, which are broken between words.
///
/// - Parameters:
///   - further: sections that only this command has, each with its title.
///   - writes: what the command writes to files; nil for commands that write none.
///   - failure: what else the status of a failure says; nil for nothing.
///   - exitStatus: what the status says besides success, failure and wrong usage.
func manual(
    _ description: String, further: [(title: String, text: String)] = [], reads: String, writes: String? = nil,
    prints: String, examples: String, failure: String? = nil, exitStatus: String? = nil
) -> String {
    let status = """
        0   success
        1   the data or the machine failed; one sentence on standard error says
            where, what was found and what was expected\(failure.map { "; or\n    \($0)" } ?? "")
        64  wrong usage
        """
    let sections =
        further + [("READS", reads)] + (writes.map { [("WRITES", $0)] } ?? [])
        + [("PRINTS", prints), ("EXAMPLES", examples), ("EXIT STATUS", status + (exitStatus.map { "\n" + $0 } ?? ""))]
    return description
        + sections.map { title, text in
            "\n\n\(title):\n"
                + text.parts(between: "\n", keepingEmpty: true).flatMap(broken).map { $0.isEmpty ? "" : "  \($0)" }
                .joined(separator: "\n")
        }.joined()
}

/// A line, or a paragraph as lines of at most 78 cells.
private func broken(_ line: String) -> [String] {
    guard line.utf8.count > 78, line.utf8.allSatisfy({ $0 < 0x80 }) else { return [line] }
    var lines: [String] = []
    for word in line.parts(between: " ", keepingEmpty: false) {
        if let last = lines.last, last.utf8.count + 1 + word.utf8.count <= 78 {
            lines[lines.count - 1] = "\(last) \(word)"
        } else {
            lines.append(word)
        }
    }
    return lines
}
