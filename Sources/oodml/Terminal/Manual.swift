import Files

/// A command's help between its first line and its options: the sections of a manual page, in the same order for all.
///
/// Lines that must not be broken are indented and no longer than 80 cells.
///
/// - Parameters:
///   - further: sections that only this command has, each with its title.
///   - writes: what the command writes to files; nil for commands that write none.
///   - exitStatus: what the status says besides success, failure and wrong usage.
func manual(
    _ description: String, further: [(title: String, text: String)] = [], reads: String, writes: String? = nil,
    prints: String, examples: String, exitStatus: String? = nil
) -> String {
    let status = """
        0   success
        1   the data or the machine failed; one sentence on standard error says
            where, what was found and what was expected
        64  wrong usage
        """
    let sections =
        further + [("READS", reads)] + (writes.map { [("WRITES", $0)] } ?? [])
        + [("PRINTS", prints), ("EXAMPLES", examples), ("EXIT STATUS", status + (exitStatus.map { "\n" + $0 } ?? ""))]
    return description
        + sections.map { title, text in
            "\n\n\(title):\n" + text.parts(between: "\n", keepingEmpty: false).map { "  \($0)" }.joined(separator: "\n")
        }.joined()
}
