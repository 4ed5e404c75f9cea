import Files
import Foundation
import Splits
import Testing
import TestSupport

/// What is read of pickles that Python and NumPy wrote.
@Suite struct PublishedSplitsTests {
    private let classes = PublishedPickles.classes

    private func pickle(_ name: String) throws -> Data { try #require(PublishedPickles.all.splits[name]) }

    /// By hand, from what the script says.
    @Test func everyPartIsRead() throws {
        let splits = try publishedSplits(pickle("plain-4"))
        #expect(splits.levels.map(\.id) == ["1", "2"])
        #expect(splits.levels.map(\.fid) == [19.16, 52.625])
        #expect(splits.levels.map(\.train) == [Array(classes[..<3]), [classes[1], classes[3], classes[5]]])
        #expect(splits.levels.map(\.test) == [Array(classes[3...]), [classes[2], classes[4]]])
        #expect(splits.levels.map { $0.tuning?.validation } == [[classes[2]], [classes[1]]])
        #expect(splits.levels.map { $0.tuning?.train } == [Array(classes[..<2]), [classes[3], classes[5]]])
        #expect(!splits.classesAreNumbers)
        let episodes = splits.levels[1].episodes
        #expect(episodes.keys.sorted() == [1, 2])
        #expect(
            episodes[2] == [
                [
                    "003.Meise": ["003.Meise/Meise_1.jpg", "003.Meise/Meise_2.jpg"],
                    "005.雀": ["005.雀/雀_1.jpg", "005.雀/雀_2.jpg"],
                ],
                [
                    "003.Meise": ["003.Meise/Meise_2.jpg", "003.Meise/Meise_0.jpg"],
                    "005.雀": ["005.雀/雀_2.jpg", "005.雀/雀_0.jpg"],
                ],
            ])
        #expect(episodes[1]?.map { $0["005.雀"] } == [["005.雀/雀_1.jpg"], ["005.雀/雀_2.jpg"]])
    }

    /// Protocols 0 to 5, both names of NumPy's modules, and whatever people keep lists and texts in.
    @Test func everyFormIsTheSame() throws {
        let expected = try publishedSplits(pickle("plain-4"))
        #expect(PublishedPickles.all.splits.count == 60)
        for (name, bytes) in PublishedPickles.all.splits {
            let found = try publishedSplits(bytes)
            let isNumbered = ["numbered", "sets", "frozensets", "numpy-numbers", "byte-arrays"]
                .contains { name.hasPrefix("\($0)-") }
            guard isNumbered else {
                #expect(found == expected, "\(name)")
                continue
            }
            #expect(found.classesAreNumbers == !name.hasPrefix("byte-arrays"), "\(name)")
            func numbers(_ labels: [String]) -> [String] {
                labels.map { classes.firstIndex(of: $0).map(String.init) ?? "" }
            }
            for (found, expected) in zip(found.levels, expected.levels) {
                #expect(found.train == numbers(expected.train) && found.test == numbers(expected.test), "\(name)")
                #expect(found.tuning?.train == expected.tuning.map { numbers($0.train) }, "\(name)")
                #expect(found.fid == expected.fid, "\(name)")
                #expect(
                    found.episodes[2]?.map { $0.mapValues(Set.init) }
                        == expected.episodes[2]?.map { episode in
                            Dictionary(uniqueKeysWithValues: episode.map { (numbers([$0.key])[0], Set($0.value)) })
                        }, "\(name)")
            }
        }
    }

    /// What Python 2 writes, by hand: texts are bytes, in quotes or behind their length, and numbers can be long.
    @Test func pythonTwoIsRead() throws {
        let text = """
            (dp0
            I1
            (dp1
            S'train'
            p2
            (lp3
            S'a\\'b\\\\c\\xc3\\xbc'
            p4
            aU\u{1}bas"test"
            """.replacingOccurrences(of: "s\"test\"", with: "sS\"test\"\n(lp5\nS'x'\naL7L\nasS'fid'\nF1.5\nss.")
        let splits = try publishedSplits(Data(text.utf8))
        #expect(splits.levels.map(\.train) == [["a'b\\cü", "b"]])
        #expect(splits.levels.map(\.test) == [["x", "7"]])
        #expect(splits.levels.map(\.fid) == [1.5])
        #expect(splits.levels[0].tuning == nil && splits.levels[0].episodes.isEmpty)
    }

    /// `{id: {"train": ["a"], "test": ["b"], "fid": f}}` in protocol 0.
    private func level(_ id: String, fid: String, _ more: String = "") -> String {
        "(S'train'\n(S'a'\nlS'test'\n(S'b'\nlS'fid'\n\(fid)\n\(more)d".withPrefix(id)
    }

    @Test func levelsRise() throws {
        let levels = [("I3\n", "F2"), ("S'x'\n", "F1"), ("I10\n", "F3"), ("I-20\n", "I0"), ("I9\n", "F3")]
        let splits = try publishedSplits(
            Data(("(" + levels.map { level($0.0, fid: $0.1) }.joined() + "d.").utf8))
        #expect(splits.levels.map(\.id) == ["-20", "x", "3", "9", "10"])
        #expect(splits.levels.map(\.fid) == [0, 1, 2, 3, 3])
    }

    @Test func whatIsNoSplitIsRefused() throws {
        func refused(_ text: String) throws -> String { try refusal(("(" + text + "d.").utf8) }
        #expect(try refused("") == "it has no splits; expected at least one")
        #expect(try refusal("N.".utf8) == "the whole is None; expected a dictionary")
        #expect(try refused("I1\nI2\n") == "split \"1\" is a whole number; expected a dictionary")
        #expect(try refused("I1\n(d") == "split \"1\" has no fid; expected one")
        #expect(try refused(level("I1\n", fid: "Fnan")) == "split \"1\", fid is nan; expected a number from 0 on")
        #expect(try refused(level("I1\n", fid: "F-1")) == "split \"1\", fid is -1.0; expected a number from 0 on")
        #expect(try refused(level("I1\n", fid: "S'9'")) == "split \"1\", fid is bytes; expected a number from 0 on")
        #expect(
            try refused(level("I1\n", fid: "F1") + level("S'1'\n", fid: "F1"))
                == "the whole has the key \"1\" twice; expected it once")
        #expect(
            try refused(level("F1\n", fid: "F1")) == "the whole has a number as a key; expected text or whole numbers")
        #expect(
            try refused(level("I1\n", fid: "F1", "S'split_val'\nI1\nS'split_train'\n(l"))
                == "split \"1\", split_val is a whole number; expected a list")
        #expect(
            try refused(level("I1\n", fid: "F1", "S'split_val'\n(F1\nlS'split_train'\n(l"))
                == "split \"1\", split_val has a number; expected names of classes")
        #expect(
            try refused(level("I1\n", fid: "F1", "S'test_episodes'\n(S'two'\n(dd"))
                == "split \"1\", test_episodes are of \"two\" shots; expected a whole number from 1 on")
        #expect(
            try refused(level("I1\n", fid: "F1", "S'test_episodes'\n(I2\n(I1\n(S'b'\n(I1\nlddd"))
                == "split \"1\", test_episodes, 2, class \"b\" has a whole number; expected names of files")
        // `None` is as good as nothing.
        let bare = try publishedSplits(
            Data(("(" + level("I1\n", fid: "F1", "S'test_episodes'\nNS'split_val'\nN") + "d.").utf8))
        #expect(bare.levels[0].episodes.isEmpty && bare.levels[0].tuning == nil)
    }

    @Test func whatIsNoFileIsRefused() throws {
        let folder = try TemporaryFolder()
        func description(_ path: String) throws -> String {
            try #require(
                #expect(throws: FileError.self) {
                    try PublishedSplits(pickleAt: folder.url.appending(path: path))
                }
            ).description
        }
        #expect(
            try description("none.pkl").hasSuffix(
                "none.pkl: cannot be read as a pickle of published splits: there is no such file"))
        #expect(try description(".").hasSuffix("it is a folder; expected a file"))
        // A file of holes, which takes no room.
        let big = try folder.write(Data(), to: "big.pkl")
        let handle = try FileHandle(forWritingTo: big)
        try handle.truncate(atOffset: 1 << 28 + 1)
        try handle.close()
        #expect(try description("big.pkl").hasSuffix("it has more than 268435456 bytes, the most that is read"))
    }
}

extension String {
    fileprivate func withPrefix(_ prefix: String) -> String { prefix + self }
}
