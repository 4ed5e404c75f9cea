import Files
import Foundation
import Splits
import Testing
import TestSupport

/// Pickles that were made to do harm, and pickles that were damaged by chance: each is refused or is read, and none runs
/// anything, ends the process or grows without end.
@Suite struct HostilePickleTests {
    @Test(arguments: [
        ("system-0", "it names posix.system, which would be run"),
        ("system-2", "it names posix.system, which would be run"),
        ("system-4", "it names posix.system, which would be run"),
        ("eval-0", "it names __builtin__.eval, which would be run"),
        ("eval-2", "it names __builtin__.eval, which would be run"),
        ("eval-4", "it names builtins.eval, which would be run"),
        ("getattr-0", "it names __builtin__.getattr, which would be run"),
        ("getattr-2", "it names __builtin__.getattr, which would be run"),
        ("getattr-4", "it names builtins.getattr, which would be run"),
        ("persistent-0", "the opcode 0x50 would ask for an object by a persistent id"),
        ("persistent-2", "the opcode 0x51 would ask for an object by a persistent id"),
        ("persistent-4", "the opcode 0x51 would ask for an object by a persistent id"),
        ("object-2", "it names __main__.Stated, which would be run"),
        ("object-4", "it names __main__.Stated, which would be run"),
        ("extension-1", "at byte 2: the opcode 0x82 would make an object by an extension code"),
        ("extension-2", "at byte 2: the opcode 0x83 would make an object by an extension code"),
        ("extension-4", "at byte 2: the opcode 0x84 would make an object by an extension code"),
        ("instance", "at byte 18: the opcode 0x69 would make os.system"),
        ("old-object", "at byte 1: it names os.system, which would be run"),
        ("new-object", "at byte 4: the opcode 0x81 would make an object"),
        ("new-object-with-names", "at byte 5: the opcode 0x92 would make an object"),
        ("out-of-band", "would take bytes from outside the file"),
        ("codec", "a call of _codecs.encode with arguments that text and numbers do not have"),
        ("called-value", "at byte 9: a call of a text; expected one of a name"),
        ("state", "a state for None, which has none"),
        ("dotted-name", "it names numpy.core.multiarray.sum, which would be run"),
        ("two-dimensions", "an array of NumPy's that is no row of text, numbers or objects"),
        ("dates", "the type \"M8\" of NumPy's; expected text, numbers or objects"),
        ("records", "the type \"V8\" of NumPy's; expected text, numbers or objects"),
        ("complex", "the type \"c16\" of NumPy's; expected text, numbers or objects"),
    ])
    func whatWouldBeRunIsRefused(name: String, sentence: String) throws {
        #expect(PublishedPickles.all.hostile.count == 30)
        let found = try refusal(#require(PublishedPickles.all.hostile[name]))
        #expect(found.hasPrefix("at byte ") && found.contains(sentence), "\(found)")
    }

    /// What is never used, or thrown away at once, is refused as well.
    @Test func namesAreRefusedWhereTheyStand() throws {
        #expect(try refusal("cos\nsystem\n0N.".utf8) == refusal("cos\nsystem\n.".utf8))
        #expect(
            try refusal("cos\nsystem\n.".utf8)
                == "at byte 0: it names os.system, which would be run; expected plain containers, text, numbers and arrays "
                + "of NumPy's, of which nothing is run")
        // A name can be long, and hold what a terminal takes for orders.
        let long = try refusal(
            Array("c\u{1B}[31m".utf8) + Array(repeating: UInt8(ascii: "x"), count: 1 << 20) + Array("\nf\n.".utf8))
        #expect(long.contains("it names [31mxxx") && long.utf8.count < 300)
    }

    @Test(arguments: [
        ("", "at byte 0: the file ends after 0 more bytes; expected 1"),
        ("\u{1F}", "at byte 0: 0x1f is no opcode; expected a pickle"),
        ("{\"a\": 1}", "at byte 0: 0x7b is no opcode; expected a pickle"),
        ("N", "at byte 1: the file ends after 0 more"),
        (".", "at byte 0: nothing is on the stack; expected a value"),
        ("N.N", "1 bytes follow the end at byte 2; expected none"), ("e", "no container is open; expected one"),
        ("(NNe", "nothing is on the stack"), ("N(e", "elements for None; expected a list"),
        ("NNNs", "entries for None; expected a dictionary"), ("}(Nu", "a key without a value"),
        ("g7\n", "at byte 0: nothing is remembered as 7"), ("Np-1\n", "-1 as what to remember a value by"),
        ("Iseven\n", "the whole number \"seven\""), ("Fx\n", "the number \"x\""), ("S7\n", "text without quotes"),
        ("S'\\q'\n", "an escape that is not known"), ("S'\\x+1'\n", "an escape without its digits"),
        ("V\\ud800\n", "an escape of no character"), ("N]R", "a call of None; expected one of a name"),
        ("c_codecs\nencode\nNR", "a call of _codecs.encode without a tuple of arguments"),
        ("NNb", "a state that is None; expected a tuple"),
    ])
    func nonsenseIsRefused(text: String, sentence: String) throws {
        let found = try refusal(text.utf8)
        #expect(found.contains(sentence), "\(found)")
    }

    @Test(
        arguments: [
            ([0x80, 6, 0x4E, 0x2E], "protocol 6; expected 0 to 5"),
            ([0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0, 0x4E, 0x2E], "a frame of 9 bytes, 2 before the end"),
            ([0x8E, 255, 255, 255, 255, 255, 255, 255, 255], "the size 18446744073709551615"),
            (
                [0x8D, 255, 255, 255, 255, 255, 255, 255, 127],
                "the file ends after 0 more bytes; expected 9223372036854775807"
            ),
            ([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], "a number of 9 bytes; expected at most 8"),
            ([0x58, 2, 0, 0, 0, 0xC3, 0x28, 0x2E], "text that is not UTF-8"),
        ] as [([UInt8], String)])
    func sizesAreChecked(bytes: [UInt8], sentence: String) throws {
        let found = try refusal(bytes)
        #expect(found.contains(sentence), "\(found)")
    }

    // MARK: What grows

    /// Lists within lists need no stack of the process, whatever their depth, and marks have a limit.
    @Test func depthIsBounded() throws {
        let nested =
            Array(repeating: UInt8(ascii: "]"), count: 1 << 20)
            + Array(repeating: UInt8(ascii: "a"), count: 1 << 20 - 1)
        #expect(try refusal(nested + [0x2E]) == "the whole is a list; expected a dictionary")
        let marks = Array(repeating: UInt8(ascii: "("), count: 1 << 20)
        #expect(try refusal(marks).hasPrefix("at byte 1000: more than 1000 containers within one another"))
        // A dictionary that is its own split.
        #expect(try refusal("}q\u{0}I1\nh\u{0}s.".utf8) == "split \"1\" has no fid; expected one")
    }

    /// A thousand times a thousand times a thousand: a few bytes each, and 10⁹ long names of files in the end.
    @Test func repetitionIsBounded() throws {
        func remembered(_ key: UInt8) -> [UInt8] { [UInt8(ascii: "h"), key] }
        let name = "S'" + String(repeating: "x", count: 30_000) + "'\nq\0"
        var bytes = Array("}I1\n}S'train'\n(S'a'\nlsS'test'\n(S'b'\nlsS'fid'\nI1\nsS'test_episodes'\n}I2\n}".utf8)
        bytes += Array("I1\n}(S'b'\n(\(name)".utf8) + (0..<999).flatMap { _ in remembered(0) } + Array("lq".utf8) + [1]
        bytes += (0..<999).flatMap { Array("I\($0)\n".utf8) + remembered(1) } + Array("uq".utf8) + [2] + Array("s".utf8)
        bytes += (2..<1000).flatMap { Array("I\($0)\n".utf8) + remembered(2) + Array("s".utf8) } + Array("sss.".utf8)
        #expect(bytes.count < 1 << 16)
        let found = try refusal(bytes)
        #expect(found == "its entries stand for more than 4294967296 bytes; expected no more", "\(found)")
    }

    /// The same megabyte of numbers as a new array, and the same list as a new set, again and again.
    @Test func unpackingIsBounded() throws {
        func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let count = 1 << 17
        var arrays = bytes("(cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nK\0\u{85}S'b'\n\u{87}q\u{2}R")
        arrays += bytes("cnumpy\ndtype\nS'f8'\n\u{85}Rq\u{3}0")
        arrays += bytes("(K\u{1}J") + number(count) + bytes("\u{85}h\u{3}\u{89}B") + number(8 * count)
        arrays += Array(repeating: 0, count: 8 * count) + bytes("tq\u{5}b")
        for _ in 0..<2000 { arrays += bytes("h\0h\u{2}Rh\u{5}b") }
        let many = try refusal(arrays + bytes("l."))
        #expect(
            many.hasSuffix(": values that take more than 268 MB of memory; expected no more (OODML_MEMORY allows it)"),
            "\(many)")

        var sets = bytes("(c__builtin__\nset\nq\0(") + Array(repeating: UInt8(ascii: "N"), count: 1 << 20)
        sets += bytes("l\u{85}q\u{1}")
        for _ in 0..<1000 { sets += bytes("h\0h\u{1}R") }
        let copies = try refusal(sets + bytes("l."))
        #expect(
            copies.hasSuffix(
                ": values that take more than 268 MB of memory; expected no more (OODML_MEMORY allows it)"),
            "\(copies)")
    }

    // MARK: Damage

    private let damaged = [
        "plain-0", "plain-2", "plain-4", "numpy-0", "numpy-old-3", "numpy-4", "arrays-1", "arrays-5", "objects-2",
        "sets-4", "default-0",
    ]

    @Test func everyTruncationIsRefused() throws {
        let folder = try TemporaryFolder()
        for name in damaged {
            let bytes = try #require(PublishedPickles.all.splits[name])
            for length in stride(
                from: 0, to: bytes.count, by: name.hasPrefix("numpy") || name.hasPrefix("arrays") ? 7 : 1)
            {
                let file = try folder.write(bytes.prefix(length), to: "splits.pkl")
                #expect(throws: FileError.self, "\(name) cut to \(length)") { try PublishedSplits(pickleAt: file) }
            }
        }
    }

    /// Bytes changed, taken out, put in and repeated.
    @Test func mutationsAreRefusedOrRead() throws {
        let folder = try TemporaryFolder()
        var generator = SplitMix64(seed: 20)
        let opcodes = Array("().01N2FIJKLMPQRSTUVXabcdeghijlopqrstu]}BCG".utf8) + Array(0x80...0x98)
        var counts = (read: 0, refused: 0)
        for number in 0..<6000 {
            var bytes = try #require(PublishedPickles.all.splits[damaged[number % damaged.count]])
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes[place] = opcodes[Int.random(in: opcodes.indices, using: &generator)]
                case 3: bytes.insert(opcodes[Int.random(in: opcodes.indices, using: &generator)], at: place)
                case 4: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &generator)))
                default:
                    let part = Data(bytes[place..<min(bytes.count, place + 40)])
                    bytes.insert(contentsOf: part, at: Int.random(in: 0..<bytes.count, using: &generator))
                }
                if bytes.isEmpty { bytes = Data([0]) }
            }
            let file = try folder.write(bytes, to: "splits.pkl")
            do {
                _ = try PublishedSplits(pickleAt: file)
                counts.read += 1
            } catch FileError.unreadable {
                counts.refused += 1
            }
        }
        // Many change no more than a letter of a name.
        #expect(counts.read > 50 && counts.refused > 2000, "\(counts)")
    }
}
