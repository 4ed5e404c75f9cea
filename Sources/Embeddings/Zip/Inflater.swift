/// Why a stream is not deflate.
struct InflateFailure: Error {
    let reason: String
}

/// Decompresses a deflate stream (RFC 1951) piece by piece, in a window of fixed size whatever the stream claims.
///
/// Written here so that the library products need no zlib; archives of features are its only use.
struct Inflater: ~Copyable {
    private enum Block {
        case none
        case stored(byteCount: Int)
        case compressed(HuffmanCode, HuffmanCode?)
    }

    /// Distances reach this far back.
    private static let historyCount = 1 << 15
    private static let windowCount = historyCount + 1 << 18
    /// No match is longer.
    private static let longestMatch = 258

    private let source: ReadableFile
    private var rest: Range<Int>
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var inputPosition = 0
    private var inputEnd = 0
    private var bits: UInt64 = 0
    private var bitCount = 0

    private let window = UnsafeMutablePointer<UInt8>.allocate(capacity: windowCount)
    private var end = 0
    private var block = Block.none
    private var isLastBlock = false

    /// - Parameter range: where the stream lies in the file.
    init(_ source: ReadableFile, in range: Range<Int>) {
        self.source = source
        rest = range
    }

    deinit {
        input.deallocate()
        window.deallocate()
    }

    /// The next bytes of the content, valid until the next call; none at the stream's end.
    mutating func next() throws -> UnsafeBufferPointer<UInt8> {
        if end > Self.historyCount {
            window.update(from: window + end - Self.historyCount, count: Self.historyCount)
            end = Self.historyCount
        }
        let start = end
        while end <= Self.windowCount - Self.longestMatch {
            switch block {
            case .none:
                if isLastBlock { return UnsafeBufferPointer(start: window + start, count: end - start) }
                try beginBlock()
            case .stored(let byteCount): try copyStored(byteCount)
            case .compressed(let literals, let distances): try decode(literals, distances)
            }
        }
        return UnsafeBufferPointer(start: window + start, count: end - start)
    }

    private mutating func beginBlock() throws {
        isLastBlock = try take(1) == 1
        switch try take(2) {
        case 0:
            // To the next whole byte.
            _ = try take(bitCount % 8)
            let (count, complement) = (try take(16), try take(16))
            guard count == ~complement & 0xFFFF else { throw InflateFailure(reason: "a block's length is damaged") }
            block = .stored(byteCount: count)
        case 1:
            guard let literals = HuffmanCode.fixedLiterals else { throw InflateFailure(reason: "no code") }
            block = .compressed(literals, HuffmanCode.fixedDistances)
        case 2: block = try dynamicBlock()
        default: throw InflateFailure(reason: "a block is of no known type")
        }
    }

    private mutating func dynamicBlock() throws -> Block {
        let counts = (literals: try take(5) + 257, distances: try take(5) + 1, lengths: try take(4) + 4)
        guard counts.literals <= 286, counts.distances <= 30 else {
            throw InflateFailure(reason: "a code is too large")
        }
        var lengthLengths = [UInt8](repeating: 0, count: 19)
        for i in 0..<counts.lengths { lengthLengths[Self.orderOfLengths[i]] = UInt8(try take(3)) }
        guard let code = HuffmanCode(lengths: lengthLengths) else { throw InflateFailure(reason: "a code is damaged") }
        var lengths: [UInt8] = []
        while lengths.count < counts.literals + counts.distances {
            switch try symbol(code) {
            case let length where length < 16: lengths.append(UInt8(length))
            case 16:
                guard let last = lengths.last else { throw InflateFailure(reason: "a code is damaged") }
                lengths += Array(repeating: last, count: 3 + (try take(2)))
            case 17: lengths += Array(repeating: 0, count: 3 + (try take(3)))
            default: lengths += Array(repeating: 0, count: 11 + (try take(7)))
            }
        }
        guard lengths.count == counts.literals + counts.distances, lengths[256] > 0,
            let literals = HuffmanCode(lengths: lengths[..<counts.literals])
        else { throw InflateFailure(reason: "a code is damaged") }
        let distanceLengths = lengths[counts.literals...]
        let distances = HuffmanCode(lengths: distanceLengths)
        // A block of literals alone has no code for distances.
        guard distances != nil || distanceLengths.allSatisfy({ $0 == 0 }) else {
            throw InflateFailure(reason: "a code is damaged")
        }
        return .compressed(literals, distances)
    }

    private mutating func copyStored(_ byteCount: Int) throws {
        let count = min(byteCount, Self.windowCount - end)
        for i in 0..<count { window[end + i] = UInt8(try take(8)) }
        end += count
        block = byteCount == count ? .none : .stored(byteCount: byteCount - count)
    }

    /// Decodes until the block ends or the window is full.
    private mutating func decode(_ literals: HuffmanCode, _ distances: HuffmanCode?) throws {
        while end <= Self.windowCount - Self.longestMatch {
            let symbol = try symbol(literals)
            if symbol < 256 {
                window[end] = UInt8(symbol)
                end += 1
                continue
            }
            if symbol == 256 {
                block = .none
                return
            }
            guard symbol <= 285, let distances else { throw InflateFailure(reason: "a match has no length") }
            let length = Self.lengthBases[symbol - 257] + (try take(Self.lengthBits[symbol - 257]))
            let code = try self.symbol(distances)
            guard code < 30 else { throw InflateFailure(reason: "a match has no distance") }
            let distance = Self.distanceBases[code] + (try take(Self.distanceBits[code]))
            guard distance <= end else { throw InflateFailure(reason: "a match reaches back before the beginning") }
            for i in end..<end + length { window[i] = window[i - distance] }
            end += length
        }
    }

    private mutating func symbol(_ code: HuffmanCode) throws -> Int {
        if bitCount < 15 { try refill() }
        let entry = Int(code.entries[Int(truncatingIfNeeded: bits) & code.mask])
        let length = entry & 15
        guard length > 0 else { throw InflateFailure(reason: "a symbol has no code") }
        try drop(length)
        return entry >> 4
    }

    /// The next bits as a number, the first the lowest; at most 16.
    private mutating func take(_ count: Int) throws -> Int {
        if bitCount < count { try refill() }
        let value = Int(truncatingIfNeeded: bits & (1 << UInt64(count) - 1))
        try drop(count)
        return value
    }

    private mutating func drop(_ count: Int) throws {
        guard count <= bitCount else { throw InflateFailure(reason: "it ends early") }
        bits >>= UInt64(count)
        bitCount -= count
    }

    /// After the stream's end zeros follow, which `drop` does not let pass.
    private mutating func refill() throws {
        while bitCount <= 56 {
            if inputPosition == inputEnd {
                let count = min(input.count, rest.count)
                if count == 0 { return }
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]), at: rest.lowerBound)
                rest = rest.lowerBound + count..<rest.upperBound
                (inputPosition, inputEnd) = (0, count)
            }
            bits |= UInt64(input[inputPosition]) << UInt64(bitCount)
            inputPosition += 1
            bitCount += 8
        }
    }

    private static let orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengthBits =
        [Int](repeating: 0, count: 8) + (1...5).flatMap { [Int](repeating: $0, count: 4) } + [0]
    private static let distanceBits = [0, 0] + (0...13).flatMap { [$0, $0] }
    /// Each base follows the one before by as much as that one's bits can add; the longest match has a symbol of its own.
    private static let lengthBases = Array(bases(from: 3, bits: lengthBits).dropLast()) + [longestMatch]
    private static let distanceBases = bases(from: 1, bits: distanceBits)

    private static func bases(from first: Int, bits: [Int]) -> [Int] {
        var base = first
        return bits.map { count in
            defer { base += 1 << count }
            return base
        }
    }
}
