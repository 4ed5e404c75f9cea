internal import Files

/// The order of the classes of which the first half trains where nothing else says what the official split is.
public enum ClassOrder: Sendable, Equatable {
    /// By the UTF-8 bytes of the labels, as Python sorts the names of class folders.
    case name
    /// By the numbers that all labels are, as the field numbers classes: 2 is before 10.
    case number

    /// The order for classes with these labels.
    package init(of labels: [String]) {
        self = labels.allSatisfy { Self.number($0) != nil } ? .number : .name
    }

    /// The positions of the labels in this order.
    package func sorted(_ labels: [String]) -> [Int] {
        let numbers = self == .number ? labels.map { Self.number($0) ?? [] } : []
        return labels.indices.sorted { a, b in
            if self == .number, numbers[a] != numbers[b] {
                return Self.isLess(numbers[a], numbers[b])
            }
            return utf8Precedes(labels[a], labels[b])
        }
    }

    /// The sign and the digits of a whole number, without leading zeros; nil for any other text.
    ///
    /// Digits rather than an `Int`, since ids may have more digits than fit. A table that went through pandas may have
    /// written 3 as 3.0.
    private static func number(_ label: String) -> [UInt8]? {
        // As numpy.savetxt writes whole numbers: 1.000000000000000000e+01.
        if label.utf8.contains(UInt8(ascii: "e")), let value = Double(label), let number = Int64(exactly: value),
            abs(value) < 0x1p53
        {
            return self.number("\(number)")
        }
        var digits = label.utf8[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        if let point = digits.firstIndex(of: UInt8(ascii: ".")) {
            guard digits[point...].dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") }), digits[point...].count > 1
            else { return nil }
            digits = digits[..<point]
        }
        guard !digits.isEmpty, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return [isNegative ? 0 : 1] + digits.drop { $0 == UInt8(ascii: "0") }
    }

    private static func isLess(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a[0] == b[0] else { return a[0] < b[0] }
        let isLess = a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
        return a[0] == 0 ? !isLess : isLess
    }
}
