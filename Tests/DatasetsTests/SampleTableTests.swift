import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct SampleTableTests {
    private func dataset(_ text: String) throws -> Dataset {
        let folder = try TemporaryFolder()
        return try Dataset(sampleTableAt: folder.write(text, to: "s.csv"), name: "d")
    }

    @Test func quotesCommasLineEndsAndUnicode() throws {
        let text =
            "\u{FEFF}note,sample,class,split\r\n\r\n,1,\"a, \"\"b\"\"\",test\r\nx,\"2\n3\",Größe,train\r\n,4,日本,train"
        let dataset = try dataset(text)
        #expect(dataset.samples.map(\.id) == ["1", "2\n3", "4"])
        #expect(dataset.classLabels == ["Größe", "a, \"b\"", "日本"].sorted { utf8Precedes($0, $1) })
        #expect(dataset.classLabels.indices.map { dataset.officialSides[$0] } == [.train, .test, .train])
    }

    @Test func tablesReadBackAsTheyWere() throws {
        let original = try Dataset(
            name: "d",
            samples: [
                Sample(id: "a\"1", classLabel: "x,y", superclass: "s\n"),
                Sample(id: " b ", classLabel: "é", superclass: "t"),
            ], officialSides: ["x,y": .test, "é": .train])
        #expect(try dataset(original.sampleTable.text) == original)
    }

    @Test func groupsReadBackUnlessTheyAreUnits() throws {
        let original = try Dataset(
            name: "d",
            samples: [
                Sample(id: "1", classLabel: "a", group: "burst, 1"),
                Sample(id: "2", classLabel: "a", group: "burst, 1"),
                Sample(id: "3", classLabel: "a"), Sample(id: "4", classLabel: "b", domain: "x", group: "2"),
            ])
        #expect(original.groups == [0, 0, nil, 1])
        #expect(original.sampleTable.columns.suffix(2) == ["domain", "group"])
        let read = try dataset(original.sampleTable.text)
        #expect(read == original && read.reading.understood.contains { $0.contains("2 groups are kept together") })
        let folder = try TemporaryFolder()
        let units = try Dataset(
            sampleTableAt: folder.write("sample,class,group\n1,a,x\n2,b,x\n3,c,y\n", to: "u.csv"), name: "u",
            unit: .column("group"))
        #expect(units.groups == nil && units.classColumn?.values == ["x", "x", "y"])
        #expect(units.sampleTable.columns == ["sample", "class", "group", "split"])
    }

    /// A group over two units joins them.
    @Test func unitsAreJoinedByGroups() throws {
        let samples = [("a", "1"), ("a", "2"), ("b", "2"), ("c", nil), ("d", "3"), ("e", "3"), ("e", "4"), ("f", "4")]
        let dataset = try Dataset(
            name: "d", samples: samples.enumerated().map { Sample(id: "\($0)", classLabel: $1.0, group: $1.1) })
        let joined = dataset.joined(try dataset.units(by: .class))
        #expect(joined.map(\.classes) == [[0, 1], [2], [3, 4, 5]])
        #expect(joined.map(\.label) == ["a", "c", "d"])
        let without = try Dataset(
            name: "d", samples: samples.enumerated().map { Sample(id: "\($0)", classLabel: $1.0) })
        #expect(without.joined(try without.units(by: .class)).count == 6)
    }

    /// Class folders may have some classes in superclasses and others not.
    @Test func classesWithAndWithoutSuperclassReadBack() throws {
        let original = try Dataset(
            name: "d",
            samples: [Sample(id: "1", classLabel: "x/a", superclass: "x"), Sample(id: "2", classLabel: "b")])
        #expect(try dataset(original.sampleTable.text) == original)
    }

    @Test func fieldsAreQuotedWhereNeeded() {
        let table = CSVTable(
            columns: ["a", "b"], rows: [["a,b", "say \"yes\""], ["two\nlines", "cr\rlf\r\n"], [" é ", ""]])
        #expect(table.text == "a,b\n\"a,b\",\"say \"\"yes\"\"\"\n\"two\nlines\",\"cr\rlf\r\n\"\n é ,\n")
    }

    /// To Swift, a quote or comma with a combining accent is another character; to every reader of tables it is not.
    @Test func accentedQuotesAndCommasAreQuoted() {
        let table = CSVTable(columns: ["a", "b"], rows: [["\"\u{301}", ",\u{301}"]])
        #expect(table.text.utf8.elementsEqual("a,b\n\"\"\"\u{301}\",\",\u{301}\"\n".utf8))
    }

    @Test(arguments: [
        ("", 1, "an empty file"),
        ("id,class\n1,a\n", 1, "the columns id, class"),
        ("sample,class\n1,a\n2\n", 3, "1 fields"),
        ("sample,class\n1,a\n\n2,\n", 4, "an empty class"),
        ("sample,class,split\n1,a,train\n2,b,holdout\n", 3, "the split \"holdout\""),
        ("sample,class\n1,\"a\n2,b\n", 2, "a quote that does not end"),
        ("sample,class\n1,\"a\"b\n", 2, "text after a closing quote"),
    ])
    func brokenTables(text: String, line: Int, found: String) throws {
        let error = #expect(throws: FileError.self) { try dataset(text) }
        guard case .malformed(_, line?, found, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func wordsForPartsOfASplit() throws {
        func sides(_ words: [String]) throws -> (sides: [Side], understood: [String]) {
            let rows = words.enumerated().map { "\($0.offset),\($0.offset),\($0.element)\n" }.joined()
            let dataset = try dataset("sample,class,split\n" + rows)
            return (dataset.officialSides, dataset.reading.understood)
        }
        #expect(try sides(["train", "test"]) == ([.train, .test], []))
        #expect(
            try sides(["Train", "val", "TEST"])
                == (
                    [.train, .train, .test],
                    [
                        "in the column split \"TEST\" counts to the test side, \"Train\" counts to the train side, \"val\" "
                            + "counts to the train side"
                    ]
                ))
        #expect(try sides(["training", "validation"]).sides == [.train, .test])
        let roles = try dataset("sample,class,split\n1,a,train\n2,b,query\n3,b,gallery\n")
        #expect(roles.officialSides == [.train, .test] && roles.samples.map(\.role) == [nil, .query, .gallery])
    }

    @Test func otherNamesOfTheTwoColumnsAreSaid() throws {
        let read = try dataset("path,pid,camid\nx.png,7,1\ny.png,8,2\n")
        #expect(read.samples.map(\.id) == ["x.png", "y.png"] && read.classLabels == ["7", "8"] && read.cameras == nil)
        #expect(
            read.reading.understood == [
                "the column path is taken as sample", "the column pid is taken as class",
                "the column camid is not read, though it may hold cameras",
            ])
        // Of two, none is chosen.
        #expect(throws: FileError.self) { try dataset("path,image,label\nx,y,a\n") }
    }

    @Test func absolutePathsBelowTheRootAreRelative() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "sample,class\n\(folder.url.path)/a/1.png,a\nb/1.png,b\n/elsewhere/1.png,b\n", to: "s.csv")
        let read = try Dataset(sampleTableAt: file, name: "d", root: folder.url)
        #expect(read.samples.map(\.id) == ["a/1.png", "b/1.png", "/elsewhere/1.png"])
        for name in ["a/1.png", "b/1.png"] { try folder.write("", to: name) }
        let error = #expect(throws: DatasetError.self) { try read.requireFiles(below: folder.url) }
        #expect(error?.description.contains("it is an absolute path") == true)
    }

    @Test func missingFilesThatAreThereOtherwise() throws {
        let folder = try TemporaryFolder()
        for name in ["e\u{301}.png", "b/1.png"] { try folder.write("", to: name) }
        for (id, hint) in [("\u{E9}.png", "in another Unicode form"), ("b\\1.png", "with / in place of \\")] {
            let dataset = try Dataset(
                name: "d", samples: [Sample(id: id, classLabel: "a"), Sample(id: "b/1.png", classLabel: "b")])
            let error = #expect(throws: DatasetError.self) { try dataset.requireFiles(below: folder.url) }
            #expect(error?.description.contains(hint) == true, "\(id)")
        }
    }

    @Test func camerasAndDomainsComeBack() throws {
        let text = "sample,class,domain,camera,seq\n1,a,x,c1,s1\n2,a,y,c2,s1\n3,b,,,s2\n"
        let read = try dataset(text)
        #expect(read.samples.map(\.camera) == ["c1", "c2", nil] && read.samples.map(\.domain) == ["x", "y", nil])
        #expect(try dataset(read.sampleTable.text) == read)
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "s.csv")
        let bySequence = try Dataset(sampleTableAt: file, name: "d", cameras: .column("seq"))
        #expect(bySequence.samples.map(\.camera) == ["s1", "s1", "s2"])
        #expect(throws: FileError.self) { try Dataset(sampleTableAt: file, name: "d", cameras: .column("lens")) }
    }

    @Test func brokenUTF8NamesItsLine() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Data("sample,class\n1,".utf8 + [0xFF, 0x0A]), to: "s.csv")
        #expect(
            throws: FileError.malformed(
                path: file.path, line: 2, found: "bytes that are not UTF-8", expected: "UTF-8 text")
        ) { try Dataset(sampleTableAt: file, name: "d") }
    }

    @Test(arguments: [
        ("sample,class,split\n1,a,train\n2,a,test\n3,b,test\n", "class \"a\" has samples in train and in test"),
        ("sample,class\n1,a\n2,a\n1,b\n", "the sample id \"1\" occurs twice"),
        ("sample,class\n1,a\n2,a\n", "the train side of the official split has none of the 1 classes"),
        ("sample,class\n", "no samples were found"),
    ])
    func unsuitableSamples(text: String, sentence: String) throws {
        let error = #expect(throws: DatasetError.self) { try dataset(text) }
        #expect(error?.description.contains("s.csv: \(sentence)") == true)
    }

    @Test func classesOfOneSampleAreAllowed() throws {
        let dataset = try dataset("sample,class\n1,a\n2,b\n3,b\n")
        #expect(dataset.samplesOfClass == [[0], [1, 2]])
    }
}
