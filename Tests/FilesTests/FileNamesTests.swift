import Files
import Foundation
import Testing
import TestSupport

@Suite struct FileNamesTests {
    @Test(arguments: [
        ("plain", "plain"), ("Black_footed Albatross.001", "Black_footed Albatross.001"), ("猫", "猫"),
        ("a/b", "a%2Fb"), (".", "%2E"), ("..", "%2E%2E"), ("../../etc", "%2E.%2F..%2Fetc"), (".hidden", "%2Ehidden"),
        ("/root", "%2Froot"), ("a\0b", "a%00b"), ("a\nb", "a%0Ab"), ("50%", "50%25"), ("a~b", "a%7Eb"),
        ("a\\b", "a%5Cb"),
        ("x.", "x%2E"), ("x ", "x%20"), (" x", " x"), ("", "%"), ("c:d*?\"<>|", "c%3Ad%2A%3F%22%3C%3E%7C"),
        // What turns the direction of writing around, and a line separator.
        ("a\u{202E}gpj", "a%E2%80%AEgpj"), ("a\u{2028}b", "a%E2%80%A8b"), ("-rf", "-rf"),
    ])
    func whatIsNotOrdinaryIsEscaped(name: String, expected: String) {
        #expect(fileNames(for: [name]) == [expected])
    }

    @Test func namesThatDifferInCaseOrFormAloneAreToldApart() {
        let names = [
            "Cat", "cat", "dog", "CAT.png", "cat.png", "straße", "STRASSE", "e\u{301}", "\u{E9}x", "E\u{301}X",
        ]
        let found = fileNames(for: names)
        #expect(Set(found.map { $0.precomposedStringWithCanonicalMapping.uppercased().lowercased() }).count == 10)
        #expect(found[2] == "dog" && found[7] == "e\u{301}")
        // The first 32 digits of the SHA-256 of "Cat", as sha256sum has it.
        #expect(found[0] == "Cat~48735c4fae42d1501164976afec76730")
        #expect(found[3].hasPrefix("CAT~") && found[3].hasSuffix(".png"))
        // The order does not matter, and equal names are no collision.
        #expect(fileNames(for: names.reversed()) == found.reversed())
        #expect(fileNames(for: ["a", "a"]) == ["a", "a"])
    }

    @Test func longNamesAreCutAndKeepTheirExtension() {
        let long = String(repeating: "ж", count: 300)
        let found = fileNames(for: [long + "1.jpeg", long + "2.jpeg", long + "3", String(repeating: "x", count: 180)])
        #expect(Set(found).count == 4 && found.allSatisfy { $0.utf8.count <= 200 })
        #expect(found[0].hasSuffix(".jpeg") && found[0].hasPrefix(String(repeating: "ж", count: 50) + "~"))
        #expect(found[3] == String(repeating: "x", count: 180))
    }

    /// Whatever the names, each is one component, and different ones stay different on file systems without case.
    @Test func randomNamesAreInjectiveComponents() {
        var rng = SplitMix64(seed: 41)
        let alphabet = Array("aAbB./\\%~ \0\u{7F}éÉ2Ff\u{301}".unicodeScalars)
        for _ in 0..<200 {
            let names = Set(
                (0..<60).map { _ -> [UInt8] in
                    var name = ""
                    for _ in 0..<Int(rng.next() % 6) {
                        name.unicodeScalars.append(alphabet[Int(rng.next() % UInt64(alphabet.count))])
                    }
                    return Array(name.utf8)
                }
            ).map { String(decoding: $0, as: UTF8.self) }
            let found = fileNames(for: names)
            #expect(
                Set(found.map { Array($0.decomposedStringWithCanonicalMapping.lowercased().utf8) }).count == names.count
            )
            for name in found {
                #expect(!name.isEmpty && !name.hasPrefix("."))
                #expect(!name.unicodeScalars.contains { $0 == "/" || $0.value < 0x20 })
            }
        }
    }
}
