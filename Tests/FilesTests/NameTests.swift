import Files
import TestSupport
import Testing

@Suite struct NameTests {
    private let composed = "caf\u{E9}"
    private let decomposed = "cafe\u{301}"

    @Test func unicodeFormsAreDifferentNames() {
        #expect(composed == decomposed)
        #expect(Name(composed) != Name(decomposed))
        #expect(Name(composed) == Name("caf" + "\u{E9}"))
        #expect(Set([composed, decomposed].map(Name.init)).count == 2)
        // 0x65 of "e" is before 0xC3 of "é".
        #expect(Name(decomposed) < Name(composed) && !(Name(composed) < Name(decomposed)))
    }

    /// Against the bytes in arrays: short texts, which lie in the string itself, and long ones, with NUL and without.
    @Test func namesAreComparedAsTheirBytes() {
        var rng = SplitMix64(seed: 12)
        let alphabet = Array("a\0b~é\u{301}日\u{10FFFF}".unicodeScalars)
        let texts = (0..<60).map { _ in
            var text = ""
            for _ in 0..<Int(rng.next() % 3) * Int(rng.next() % 12) {
                text.unicodeScalars.append(alphabet[Int(rng.next() % UInt64(alphabet.count))])
            }
            return text
        }
        for a in texts {
            for b in texts {
                let (left, right) = (Array(a.utf8), Array(b.utf8))
                #expect((Name(a) == Name(b)) == (left == right))
                #expect((Name(a) < Name(b)) == left.lexicographicallyPrecedes(right))
                #expect(utf8Precedes(a, b) == left.lexicographicallyPrecedes(right))
                if left == right { #expect(Name(a).hashValue == Name(b).hashValue) }
            }
        }
        #expect(Set(texts.map(Name.init)).count == Set(texts.map { Array($0.utf8) }).count)
    }

    @Test func placesAreThoseInTheList() {
        let index = NameIndex([composed, "b", decomposed, ""])
        #expect(index.count == 4)
        #expect([composed, "b", decomposed, "", "c"].map { index[$0] } == [0, 1, 2, 3, nil])
        #expect(NameIndex([String]()).count == 0)
    }

    @Test func namesAreInsertedOnce() {
        var index = NameIndex()
        let found = ["x", "y", "x", "z"].map { index.insert($0) }
        #expect(found.map(\.isNew) == [true, true, false, true])
        #expect(found.map(\.place) == [0, 1, 0, 2])
        #expect(index == NameIndex(["x", "y", "z"]) && index != NameIndex(["y", "x", "z"]))
    }

    @Test func textsInASecondUnicodeFormAreFound() {
        #expect([composed, "a", composed, decomposed].firstInSecondUnicodeForm.map(Name.init) == Name(decomposed))
        #expect([composed, "a", composed].firstInSecondUnicodeForm == nil)
        #expect([String]().firstInSecondUnicodeForm == nil)
    }
}
