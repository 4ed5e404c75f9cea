import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct SampleRolesTests {
    private let samples = [
        Sample(id: "1", classLabel: "a"), Sample(id: "2", classLabel: "b", role: .query),
        Sample(id: "3", classLabel: "b", role: .gallery),
    ]

    @Test func rolesReadBack() throws {
        let dataset = try Dataset(name: "d", samples: samples)
        #expect(
            dataset.sampleTable.text == "sample,class,split,role\n1,a,train,\n2,b,test,query\n3,b,test,gallery\n")
        let folder = try TemporaryFolder()
        let file = try folder.write(dataset.sampleTable.text, to: "s.csv")
        #expect(try Dataset(sampleTableAt: file, name: "d") == dataset)
    }

    @Test func withoutRolesThereIsNoColumn() throws {
        let dataset = try Dataset(name: "d", samples: samples.map { Sample(id: $0.id, classLabel: $0.classLabel) })
        #expect(dataset.sampleTable.columns == ["sample", "class", "split"])
    }

    /// A digest of roles differs; without any it is the one that manifests have had before there were roles.
    @Test func theDigestHasTheRolesOfThoseThatHaveOne() throws {
        let with = try Dataset(name: "d", samples: samples)
        #expect(with.digest == SHA256.hexadecimal(of: Array("1\ta\n2\tb\tquery\n3\tb\tgallery\n".utf8)))
        let without = try Dataset(name: "d", samples: samples.map { Sample(id: $0.id, classLabel: $0.classLabel) })
        #expect(without.digest == SHA256.hexadecimal(of: Array("1\ta\n2\tb\n3\tb\n".utf8)))
    }

    @Test func otherRolesAreNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("sample,class,role\n1,a,\n2,b,Query\n", to: "s.csv")
        #expect(
            throws: FileError.malformed(
                path: file.path, line: 3, found: "the role \"Query\"", expected: "query, gallery or nothing")
        ) { try Dataset(sampleTableAt: file, name: "d") }
    }

    @Test func rolesAreNoUnits() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("sample,class,role\n1,a,query\n2,b,query\n", to: "s.csv")
        #expect(throws: FileError.self) { try Dataset(sampleTableAt: file, name: "d", unit: .column("role")) }
    }
}

@Suite struct KnownDatasetTests {
    /// The totals that the papers print, of the parts that are stated here.
    @Test func partsAddUpToThePublishedTotals() {
        let totals = KnownDataset.allCases.map { [$0.counts.samples, $0.counts.classes] }
        #expect(totals == [[11788, 200], [16185, 196], [120_053, 22634], [52712, 7982]])
        let inShop = KnownDataset.inshop.counts
        #expect(inShop.querySamples + inShop.gallerySamples == inShop.testSamples)
    }

    @Test func countsOfADataset() throws {
        let dataset = try Dataset(inShopAt: fixtures.appending(path: "inshop"))
        let counts = DatasetCounts(of: dataset)
        #expect(
            counts
                == DatasetCounts(
                    trainSamples: 12, trainClasses: 4, testSamples: 16, testClasses: 4, querySamples: 8,
                    gallerySamples: 8))
        #expect(counts.differences(in: dataset).isEmpty)
        let products = DatasetCounts(of: try Dataset(stanfordOnlineProductsAt: fixtures.appending(path: "sop")))
        #expect(products.superclasses == 4 && products.querySamples == 0)
    }

    @Test func differencesNameBothNumbers() throws {
        let dataset = try Dataset(cub200At: fixtures.appending(path: "cub200"))
        #expect(
            KnownDataset.cub200.counts.differences(in: dataset) == [
                "24 samples (not 11788)", "8 classes (not 200)", "12 train samples (not 5864)",
                "4 train classes (not 100)", "12 test samples (not 5924)", "4 test classes (not 100)",
            ])
    }
}
