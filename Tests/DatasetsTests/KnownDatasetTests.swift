import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct KnownDatasetTests {
    /// The totals that the papers print, of the parts that are stated here.
    @Test func partsAddUpToThePublishedTotals() {
        let totals = [KnownDataset.cub200, .sop, .inshop].map { [$0.counts.samples, $0.counts.classes] }
        #expect(totals == [[11788, 200], [120_053, 22634], [52712, 7982]])
        let inShop = KnownDataset.inshop.counts
        #expect(inShop.querySamples + inShop.gallerySamples == inShop.testSamples)
    }

    @Test func countsOfADataset() throws {
        let dataset = try Dataset(.inshop, at: fixtures.appending(path: "inshop"))
        let counts = DatasetCounts(of: dataset)
        #expect(
            counts
                == DatasetCounts(
                    trainSamples: 12, trainClasses: 4, testSamples: 16, testClasses: 4, querySamples: 8,
                    gallerySamples: 8))
        #expect(counts.differences(in: dataset).isEmpty)
        let products = DatasetCounts(of: try Dataset(.sop, at: fixtures.appending(path: "sop")))
        #expect(products.superclasses == 4 && products.querySamples == 0)
    }

    @Test func differencesNameBothNumbers() throws {
        let dataset = try Dataset(.cub200, at: fixtures.appending(path: "cub200"))
        #expect(
            KnownDataset.cub200.counts.differences(in: dataset) == [
                "24 samples (not 11788)", "8 classes (not 200)", "12 train samples (not 5864)",
                "4 train classes (not 100)", "12 test samples (not 5924)", "4 test classes (not 100)",
            ])
    }

    /// Whoever has a dataset of their own reads it in the same way; that its images are there is seen to.
    @Test func anotherDatasetIsOneValue() throws {
        let folder = try TemporaryFolder()
        let pets = KnownDataset(
            name: "pets", title: "Pets", counts: KnownDataset.cub200.counts, layout: [], officialSplit: "",
            requiredFiles: "list.csv"
        ) { root, name in
            try Dataset(sampleTableAt: root.appending(path: "list.csv"), name: name)
        }
        #expect(pets.missingFile == "there is no such file; expected the folder of Pets with list.csv")
        try folder.write("sample,class\n1.png,cat\n2.png,dog\n", to: "list.csv")
        for image in ["1.png", "2.png"] { try folder.write("", to: image) }
        #expect(try Dataset(pets, at: folder.url).name == "pets")
        #expect(try Dataset(pets, at: folder.url, name: "mine").name == "mine")
        try folder.remove("2.png")
        #expect(throws: DatasetError.missingFiles(root: folder.url.path, count: 1, of: 2, first: "2.png")) {
            try Dataset(pets, at: folder.url)
        }
    }
}
