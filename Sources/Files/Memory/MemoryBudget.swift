internal import Foundation

/// How much memory an input may take, so that a file which claims or unpacks to too much is refused by name before any of
/// it is taken.
///
/// By default it is what is free: of the machine, of its control group, and of the limits on the process. The variable
/// `OODML_MEMORY`, as in `OODML_MEMORY=8G`, replaces it, and also what is otherwise believed of files: readers refuse
/// contents that are out of all proportion to the file unless the variable says how much they may take.
package struct MemoryBudget: Sendable, Equatable {
    /// The variable of the environment.
    package static let variable = "OODML_MEMORY"

    /// How many times as much as in the file compressed values may be: more than those of sparse embeddings are, and a seventh
    /// of what zeros are.
    package static let packing = 150

    /// How many times as much as in the file texts may take as values of their own: rows of a few letters take more, but
    /// nobody has a hundred million of them.
    package static let texts = 12

    /// The most bytes that an input may take.
    package let byteCount: Int
    /// Whether the variable says it.
    package let isStated: Bool

    /// A budget of so many bytes, as the variable would state it.
    package init(stated byteCount: Int) {
        (self.byteCount, isStated) = (byteCount, true)
    }

    private init(free byteCount: Int) {
        (self.byteCount, isStated) = (byteCount, false)
    }

    /// The budget of this process now.
    ///
    /// - Throws: ``FileError/malformed(path:line:found:expected:)`` for a variable that is no amount.
    package static func current() throws(FileError) -> MemoryBudget {
        if let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty {
            guard let byteCount = byteCount(of: text) else {
                throw .malformed(
                    path: variable, found: "\"\(excerpt(text))\"", expected: "an amount of memory, such as 8G or 500M")
            }
            return MemoryBudget(stated: byteCount)
        }
        let free = [machineByteCount, ControlGroup.freeByteCount(), ProcessLimits.freeByteCount].compactMap { $0 }
        return MemoryBudget(free: free.min() ?? .max)
    }

    /// Makes sure that so much memory may be taken.
    ///
    /// - Parameters:
    ///   - what: what takes it, as in "the array of 10 × 20 values".
    ///   - path: the file that it is in.
    /// - Throws: ``FileError/malformed(path:line:found:expected:)`` that says how to raise the limit.
    package func require(_ needed: Int, for what: @autoclosure () -> String, in path: String) throws(FileError) {
        guard needed > byteCount else { return }
        throw .malformed(
            path: path, found: "\(what()), \(Self.words(needed)) of memory",
            expected: "at most the \(Self.words(byteCount)) that "
                + (isStated
                    ? "\(Self.variable) allows" : "are free (\(Self.variable)=\(Self.amount(needed)) allows more)"))
    }

    /// Makes sure that what unpacks from a file is in proportion to it: at most `factor` times as much, or `floor`.
    ///
    /// Contents that are written out have no more to give than the file holds; only compressed ones, or many tiny parts,
    /// can ask a machine for a thousand times what they cost. A stated budget is believed instead.
    package func requireProportion(
        _ needed: Int, to packed: Int, factor: Int, floor: Int = 1 << 28, for what: @autoclosure () -> String,
        in path: String
    ) throws(FileError) {
        try require(needed, for: what(), in: path)
        let (product, overflow) = packed.multipliedReportingOverflow(by: factor)
        guard !isStated, !overflow, needed > max(product, floor) else { return }
        throw .malformed(
            path: path, found: "\(what()), \(Self.words(needed)) of memory from \(Self.words(packed)) of the file",
            expected:
                "at most \(factor) times the bytes of the file (\(Self.variable)=\(Self.amount(needed)) allows more)")
    }

    /// The most bytes that ``requireProportion(_:to:factor:floor:for:in:)`` lets through, for readers that count as they go.
    package func allowance(for packed: Int, factor: Int, floor: Int = 1 << 28) -> Int {
        let (product, overflow) = packed.multipliedReportingOverflow(by: factor)
        return isStated || overflow ? byteCount : min(byteCount, max(product, floor))
    }

    /// An amount as people read it.
    package static func words(_ byteCount: Int) -> String {
        byteCount < 10_000_000 ? "\(byteCount) bytes" : "\(byteCount / 1_000_000) MB"
    }

    /// An amount as the variable takes it, rounded up.
    private static func amount(_ byteCount: Int) -> String {
        let (unit, name) = byteCount > 2 << 30 ? (1 << 30, "G") : (1 << 20, "M")
        return "\(byteCount / unit + 1)\(name)"
    }

    /// Bytes, or thousands of them by a suffix: K, M, G or T, each 1024 of the one before.
    static func byteCount(of text: String) -> Int? {
        var digits = text.uppercased()[...]
        if digits.ends(with: "B") { digits = digits.dropLast() }
        if digits.ends(with: "I") { digits = digits.dropLast() }
        let shift = ["K": 10, "M": 20, "G": 30, "T": 40][digits.suffix(1)] ?? 0
        if shift > 0 { digits = digits.dropLast() }
        guard let value = Double(digits), value > 0, value * Double(1 << shift) < Double(Int.max / 2) else {
            return nil
        }
        return max(Int(value * Double(1 << shift)), 1)
    }

    /// What the machine has free, as Linux estimates it; its whole memory where it does not say.
    private static var machineByteCount: Int {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        var kilobytes = 0
        var isKnown = false
        for line in text.parts(between: "\n") {
            let fields = line.parts(between: " ", keepingEmpty: false)
            guard fields.count > 1, fields[0] == "MemAvailable:" || fields[0] == "SwapFree:" else { continue }
            isKnown = isKnown || fields[0] == "MemAvailable:"
            kilobytes += Int(fields[1]) ?? 0
        }
        return isKnown ? kilobytes << 10 : Int(clamping: ProcessInfo.processInfo.physicalMemory)
    }
}
