/// A Huffman code of deflate (RFC 1951, 3.2.2) as a table over all bit patterns of its longest code's length.
struct HuffmanCode {
    /// The symbol times 16 plus the length of its code, at every index whose low bits are that code; 0 where none is.
    let entries: [UInt16]
    /// The bits that index the table.
    let mask: Int

    /// The code in which symbol i has `lengths[i]` bits, at most 15, 0 where it has no code.
    ///
    /// A code may have patterns left over, which decoders refuse when they meet them; one with more codes than patterns
    /// is nil, as is one without any.
    init?(lengths: some Collection<UInt8>) {
        var counts = [Int](repeating: 0, count: 16)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        guard let longest = counts.lastIndex(where: { $0 > 0 }) else { return nil }
        var next = [Int](repeating: 0, count: 17)
        for length in 1...longest {
            next[length + 1] = (next[length] + counts[length]) << 1
            guard next[length] + counts[length] <= 1 << length else { return nil }
        }
        var entries = [UInt16](repeating: 0, count: 1 << longest)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let length = Int(length)
            // Codes are packed from their highest bit on, the rest of the stream from the lowest.
            var reversed = 0
            for bit in 0..<length where next[length] >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
            next[length] += 1
            for index in stride(from: reversed, to: entries.count, by: 1 << length) {
                entries[index] = UInt16(symbol << 4 | length)
            }
        }
        self.entries = entries
        mask = entries.count - 1
    }

    /// The code of literals and lengths where a block brings none.
    static let fixedLiterals = HuffmanCode(
        lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    /// The code of distances where a block brings none.
    static let fixedDistances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 30))
}
