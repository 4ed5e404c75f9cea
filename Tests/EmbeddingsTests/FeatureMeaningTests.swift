import Datasets
import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Testing
import TestSupport

/// Columns and arrays beside the embeddings: what they are taken for, and what is refused.
@Suite struct FeatureMeaningTests {
    private let folder: TemporaryFolder
    private let ids = ["b/2.png", "a/1.png", "ü, \"quoted\".png", "a/10.png"]

    init() throws { folder = try TemporaryFolder() }

    private func read(_ name: String) throws -> FeatureFile<Float> { try FeatureFile(contentsOf: fixture(name)) }

    private func refusal(_ read: () throws -> Void) throws -> String {
        let error = #expect(throws: FileError.self) { try read() }
        let sentence = try #require(error?.description)
        #expect(!sentence.contains("\n"))
        return sentence
    }

    @Test(arguments: ["filenames.npz", "byte-names.npz"])
    func anyStringsAreTheRowsNames(name: String) throws {
        let file = try read(name)
        #expect(file.ids == ids)
        let order = try file.matrix(ofSamples: ["a/10.png", "a/1.png", ids[2], "b/2.png"])
        #expect(order.elements == [4, 5, 6, 128, 0x1p-14, -0x1p-14, 0.25, 7, -0.0, 0, -1.5, 2])
    }

    @Test(arguments: [
        ("two-names.npz", "found 2 arrays that may name the rows (paths, names)"),
        ("object-names.npz", "found an array of Python objects"),
        ("repeated-names.npz", "found strings in group that occur twice"),
        ("column-names.npz", "found the array filenames of <U15 (4, 1) beside 4 embeddings"),
        ("short-names.npz", "found the array filenames of <U15 (3,) beside 4 embeddings"),
        ("column-labels.npz", "found the array labels of <i8 (4, 1) beside 4 embeddings"),
        ("permuted.npz", "found the array indices of <i8 (4,) beside 4 embeddings"),
        ("other-statistics.npz", "found the square array cov beside the vector mean, as a covariance and a mean are"),
        ("statistics.npz", "found the statistics mu and sigma of 3 dimensions, as pytorch-fid stores them"),
    ])
    func stringsThatMayBeAnythingAreRefused(name: String, sentence: String) throws {
        #expect(try refusal { _ = try read(name) }.contains(sentence))
    }

    @Test func labelsMustDivideTheRowsAsTheClassesDo() throws {
        #expect(try read("counted.npz").matrix.rowCount == 4)
        #expect(try read("filenames.npz").labels == ["3", "3", "1", "1"])
        #expect(try read("float-labels.npz").labels == ["-3", "-3", "1", "1"])
        let file = try read("label-names.npz")
        #expect(file.labels == ["owl", "owl", "ant", "ant"] && file.ids == nil)
        // Other names of the same classes agree.
        try file.requireLabels(agreeingWith: ["1", "1", "0", "0"], ofRows: [0, 1, 2, 3], from: "t.csv")
        try file.requireLabels(agreeingWith: ["0", "1"], ofRows: [3, 0], from: "t.csv")
        for classes in [["1", "0", "1", "0"], ["1", "1", "1", "1"], ["1", "2", "0", "0"]] {
            let sentence = try refusal {
                try file.requireLabels(agreeingWith: classes, ofRows: [0, 1, 2, 3], from: "t.csv")
            }
            #expect(sentence.hasPrefix(file.path) && sentence.hasSuffix("expected the same classes as in t.csv"))
        }
        #expect(
            try refusal {
                try file.requireLabels(agreeingWith: ["x", "y", "z", "z"], ofRows: [0, 1, 2, 3], from: "t.csv")
            }.contains("found the labels \"owl\" and \"owl\" for the rows 0 and 1, whose classes are \"x\" and \"y\""))
    }

    @Test func statisticsOfOtherProgramsAreRead() throws {
        let statistics = try #require(try FeatureStatistics(contentsOf: fixture("statistics.npz")))
        #expect(statistics.mean.count == 3 && statistics.covariance.rowCount == 3)
        #expect(abs(statistics.mean[0] - 132.25 / 4) < 1e-12)
        #expect(try FeatureStatistics(contentsOf: fixture("stored.npz")) == nil)
        // Beside embeddings they are a by-product.
        #expect(try FeatureStatistics(contentsOf: fixture("statistics-and-features.npz")) == nil)
        #expect(try read("statistics-and-features.npz").matrix.rowCount == 4)
        #expect(try FeatureStatistics(contentsOf: fixture("plain.csv")) == nil)
        #expect(
            try refusal { _ = try FeatureStatistics(contentsOf: fixture("askew.npz")) }
                .contains("found a sigma that is not symmetric in row 1, column 0"))
    }

    @Test(arguments: [
        ("labels-i8.npy", ["3", "-3", "1099511627776", "3"]), ("labels-u1.npy", ["3", "255", "0", "3"]),
        ("labels-text.npy", ["owl", "ü", "ant", "owl"]),
    ])
    func labelsInArrays(name: String, labels: [String]) throws {
        #expect(try LabelTable(readingFrom: fixture(name)).labels == labels)
    }

    @Test func labelsInLinesAndRefusedLabels() throws {
        let lines = try folder.write("\u{FEFF}owl\r\nant bear \n\u{FC}\n\n", to: "l.txt")
        #expect(try LabelTable(readingFrom: lines).labels == ["owl", "ant bear", "\u{FC}"])
        let gap = try folder.write("owl\n\nant\n", to: "g.txt")
        #expect(try refusal { _ = try LabelTable(readingFrom: gap) }.contains("g.txt:2: found an empty label"))
        #expect(
            try refusal { _ = try LabelTable(readingFrom: fixture("labels-f8.npy")) }.contains("found the label 1.5"))
        #expect(try refusal { _ = try LabelTable(readingFrom: fixture("version-1.npy")) }.contains("one dimension"))
    }

    /// A label, an index or a row number among the dimensions would make every distance wrong without a sign.
    @Test(arguments: [
        "label", "Label", "target", "class", "id", "index", "Unnamed: 0", "fold", "filename", "pid",
    ])
    func columnsThatAreNoDimensionsByName(name: String) throws {
        let file = try folder.write("f0,\(name),f1\n0.5,3,1.25\n0.25,3,1\n0.75,1,2.5\n", to: "f.csv")
        #expect(
            try refusal { _ = try FeatureFile<Float>(contentsOf: file) }
                .contains("found the column \(name), whose name is not that of a dimension"))
    }

    @Test func columnsThatAreNoDimensionsByValues() throws {
        func refused(_ header: String, _ rows: [String]) throws -> String? {
            let file = try folder.write(([header] + rows).joined(separator: "\n"), to: "f.csv")
            do {
                _ = try FeatureFile<Double>(contentsOf: file)
                return nil
            } catch let error as FileError { return error.description }
        }
        let fractions = ["0.5,0.25", "1.5,2.25", "0.125,3.5", "7.5,0.75"]
        for start in 0...1 {
            let counted = fractions.enumerated().map { "\($0.offset + start),\($0.element)" }
            // Whatever the column is called.
            for header in ["a,b,c", "f0,f1,f2", "0,1,2"] {
                #expect(try refused(header, counted)?.contains("which counts the rows") == true)
            }
        }
        let labelled = zip([7, 7, 3, 3], fractions).map { "\($0),\($1)" }
        #expect(
            try refused("bird,a,b", labelled)?.contains("found the column bird, which has whole numbers only") == true)
        // A dimension of a series may be whole, and one that is always the same says nothing.
        #expect(try refused("f0,f1,f2", labelled) == nil)
        #expect(try refused("a,b,c", fractions.map { "0,\($0)" }) == nil)
        // But a label that was stacked beside the embeddings stands out.
        var rng = SplitMix64(seed: 2)
        let stacked = (0..<12).map { row in
            (0..<4).map { _ in "\(rng.uniform())" }.joined(separator: ",") + ",\(row / 3)"
        }
        #expect(try refused("0,1,2,3,4", stacked)?.contains("found the column 4, which has whole numbers only") == true)
        // A column that counts the rows is none even among whole numbers.
        let counted = (0..<5).map { "\($0),\(7 - $0 * $0),\($0 % 2)" }
        #expect(try refused("nn,a,b", counted)?.contains("found the column nn, which counts the rows") == true)
        // Where most columns are whole, none stands out.
        #expect(try refused("a,b,c", ["3,1,0.5", "5,0,1.5", "7,2,2.5"]) == nil)
    }

    @Test(arguments: ["features.parquet", "features.h5", "features.mat", "features.pkl"])
    func otherKindsSayHowToConvertThem(name: String) throws {
        let file = try folder.write(Data([0x80, 4, 0x95, 1, 2, 3, 4, 5, 6, 7]), to: name)
        #expect(try refusal { _ = try FeatureFile<Float>(contentsOf: file) }.contains("in Python: "))
    }
}
