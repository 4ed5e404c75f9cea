internal import CDigest
package import Foundation

/// SHA-256 (FIPS 180-4), for the digests by which manifests identify datasets and networks.
///
/// These hundred lines replace a cryptography package that takes longer to build than all of oodml.
package struct SHA256: Sendable {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var rest: [UInt8] = []
    private let usesInstructions: Bool
    private var byteCount: UInt64 = 0

    /// Begins a digest.
    ///
    /// - Parameter usesInstructions: whether the processor's own instructions may be used, which are several times as fast.
    package init(usesInstructions: Bool = true) {
        self.usesInstructions = usesInstructions && Self.hasInstructions
    }

    private static let hasInstructions = digest_has_sha256()

    /// The digest of bytes, as 64 hexadecimal digits.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.append($0) }
        return hash.finish()
    }

    /// The digest of the concatenated bytes of files, as 64 hexadecimal digits.
    ///
    /// - Throws: ``FileError/unreadable(path:as:reason:)``.
    package static func hexadecimal(ofFilesAt urls: [URL]) throws -> String {
        var hash = SHA256()
        for url in urls { try InputFile(url).forEachBlock { hash.append($0) } }
        return hash.finish()
    }

    /// Adds bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        byteCount &+= UInt64(bytes.count)
        var start = 0
        if !rest.isEmpty {
            start = min(64 - rest.count, bytes.count)
            rest.append(contentsOf: bytes[..<start])
            guard rest.count == 64 else { return }
            rest.withUnsafeBytes { compress($0) }
            rest.removeAll(keepingCapacity: true)
        }
        if usesInstructions, bytes.count - start >= 64, let base = bytes.baseAddress {
            let count = (bytes.count - start) / 64
            digest_sha256(&state, (base + start).assumingMemoryBound(to: UInt8.self), count, Self.constants)
            start += count * 64
        }
        while start + 64 <= bytes.count {
            compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]))
            start += 64
        }
        rest.append(contentsOf: bytes[start...])
    }

    /// The digest of all bytes, as 64 hexadecimal digits; nothing can be added afterwards.
    package mutating func finish() -> String {
        let bitCount = byteCount &* 8
        let zeros = (119 - rest.count) % 64
        let length = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bitCount >> UInt64($0)) }
        let end: [UInt8] = [0x80] + Array(repeating: 0, count: zeros) + length
        end.withUnsafeBytes { append($0) }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private mutating func compress(_ block: UnsafeRawBufferPointer) {
        if usesInstructions, let base = block.baseAddress {
            return digest_sha256(&state, base.assumingMemoryBound(to: UInt8.self), 1, Self.constants)
        }
        let constants = Self.constants
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for i in 0..<16 {
                w[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
            }
            for i in 16..<64 {
                let s0 = w[i - 15].rotated(7) ^ w[i - 15].rotated(18) ^ w[i - 15] >> 3
                let s1 = w[i - 2].rotated(17) ^ w[i - 2].rotated(19) ^ w[i - 2] >> 10
                w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for i in 0..<64 {
                let s1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
                let s0 = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
                let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ constants[i] &+ w[i]
                let t2 = s0 &+ (a & b ^ a & c ^ b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
            state[4] &+= e
            state[5] &+= f
            state[6] &+= g
            state[7] &+= h
        }
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        let primes = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 } }
        return primes.map { prime in
            // The largest r with r³ ≤ prime·2⁹⁶; its low 32 bits are those of the fraction.
            var root: UInt64 = 0
            for bit in stride(from: 35, through: 0, by: -1) {
                let trial = root | 1 << UInt64(bit)
                let square = trial.multipliedFullWidth(by: trial)
                let cube = UInt128(high: square.high, low: square.low) * UInt128(trial)
                if cube <= UInt128(prime) << 96 { root = trial }
            }
            return UInt32(truncatingIfNeeded: root)
        }
    }()
}

extension UInt128 {
    fileprivate init(high: UInt64, low: UInt64) {
        self = UInt128(high) << 64 | UInt128(low)
    }
}

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 {
        self >> count | self << (32 - count)
    }
}
