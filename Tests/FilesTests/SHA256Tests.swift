import Files
import Foundation
import TestSupport
import Testing

@Suite struct SHA256Tests {
    private func digest(_ bytes: [UInt8], pieces: [Int] = [], usesInstructions: Bool = true) -> String {
        var hash = SHA256(usesInstructions: usesInstructions)
        var start = 0
        for size in pieces + [bytes.count] {
            let end = min(start + size, bytes.count)
            bytes[start..<end].withUnsafeBytes { hash.append($0) }
            start = end
        }
        return hash.finish()
    }

    /// The examples of FIPS 180-4's test data, and a million times "a".
    @Test(arguments: [true, false])
    func publishedDigests(usesInstructions: Bool) {
        for (text, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ] {
            #expect(digest(Array(text.utf8), usesInstructions: usesInstructions) == expected)
        }
    }

    /// The processor's instructions and plain code agree on every length, in whatever pieces the bytes come.
    @Test func bothWaysAgree() {
        var rng = SplitMix64(seed: 4)
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &rng) }
            let pieces = (0..<3).map { _ in Int.random(in: 0...100, using: &rng) }
            let expected = digest(bytes, usesInstructions: false)
            #expect(digest(bytes) == expected && digest(bytes, pieces: pieces) == expected)
            #expect(digest(bytes, pieces: pieces, usesInstructions: false) == expected)
        }
    }
}
