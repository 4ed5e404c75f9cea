import Datasets
import Foundation
import FoundationXML
import Reports
import Splits
import TestSupport
import Testing

/// What the shift is, as sentences and on the page: the published splits with other compositions.
@Suite struct CompositionSentencesTests {
    private static let folder = repositoryFolder.appending(path: "splits/glyphs200")

    private static let direction = """
        {"separation": 0.99671, "train": {"samples": ["hebrew/u05d3-dalet/aharoni-clm-book.png"], "classes": [
          {"class": "hebrew/u05d3-dalet", "position": -9.5, "sample": "hebrew/u05d3-dalet/freemono-bold.png"},
          {"class": "latin/u0054-capital-t", "position": -7, "sample": "latin/u0054-capital-t/cupola-medium.png"}]},
         "test": {"samples": ["thai/u0e13-no-nen/kinnari-regular.png"], "classes": [
          {"class": "thai/u0e13-no-nen", "position": 8, "sample": "thai/u0e13-no-nen/tlwg-mono-regular.png"}]}}
        """

    private static func column(_ name: String = "superclass", difference: Double = 0.4, p: Double = 0.005) -> String {
        """
        {"column": "\(name)", "difference": \(difference), "random_mean": 0.218844, "p": \(p), "value_count": 4, "values": [
          {"value": "thai", "train": 0.03, "test": 0.2}, {"value": "hebrew", "train": 0.28, "test": 0},
          {"value": "han", "train": 0.05, "test": 0.16}, {"train": 0.1, "test": 0.004}]}
        """
    }

    /// The published manifest with a composition of its last level only.
    private func manifest(
        columns: [String], direction: String? = Self.direction, unit: String = "class"
    ) throws -> SplitManifest {
        var json = try EditableJSON(Data(contentsOf: Self.folder.appending(path: "manifest.json")))
        for level in 0..<8 where json["levels.\(level).composition"] != nil {
            json["levels.\(level).composition"] = nil
        }
        let text =
            "{\"columns\": [\(columns.joined(separator: ","))]"
            + (direction.map { ", \"direction\": \($0)" } ?? "") + "}"
        json["levels.8.composition"] = try JSONSerialization.jsonObject(with: Data(text.utf8))
        json["protocol.unit"] = unit
        return try JSONDecoder().decode(SplitManifest.self, from: json.data)
    }

    private func sentences(
        _ columns: [String], direction: String? = Self.direction, unit: String = "class"
    ) throws -> [String] {
        let manifest = try manifest(columns: columns, direction: direction, unit: unit)
        #expect(compositionSentences(manifest.levels[0], in: manifest).isEmpty)
        let found = compositionSentences(manifest.levels[8], in: manifest)
        #expect(hardestCompositionSentence(manifest) == found.first)
        return found
    }

    private let ends =
        "he test classes farthest from train are thai/u0e13-no-nen, the train classes farthest from test hebrew/u05d3-dalet and "
        + "latin/u0054-capital-t; along the line between the sides' means, a test sample lies beyond a train sample in 99.7 % of "
        + "pairs, and 70 % of the distance is between the means."

    @Test func columnAndEnds() throws {
        #expect(
            try sentences([Self.column()]) == [
                "At level-9, the hardest, thai and han are 36 % of test and 8 % of train; hebrew is 28 % of train and none of "
                    + "test; by superclass, the sides differ in 40 % of their samples, random sides in 22 %.",
                "T" + ends,
            ])
    }

    /// No column, or none that says more than random sides would.
    @Test func endsAlone() throws {
        #expect(try sentences([]) == ["At level-9, the hardest, t" + ends])
        #expect(try sentences([Self.column(p: 0.06)]) == ["At level-9, the hardest, t" + ends])
        let second = try sentences([Self.column(p: 0.06), Self.column("domain", p: 0.02)])
        #expect(second.count == 2 && second[0].contains("; by domain, the sides differ in 40 %"))
        // One of two columns at 5 % may be chance, and p is adjusted for both.
        #expect(try sentences([Self.column(p: 0.06), Self.column("domain", p: 0.05)]).count == 1)
        #expect(try sentences([], direction: nil) == [])
    }

    @Test func whatIsWithoutAValue() throws {
        let column = """
            {"column": "domain", "difference": 0.004, "random_mean": 0, "p": 0.01, "value_count": 2, "values": [
              {"train": 0.004, "test": 0}]}
            """
        #expect(
            try sentences([column], direction: nil) == [
                "At level-9, the hardest, samples without domain are under 1 % of train and none of test; by domain, the sides "
                    + "differ in under 1 % of their samples, random sides in 0 %."
            ])
    }

    /// Random sides of whole superclasses share none either, but that is what the sides are.
    @Test func unitsOfTheColumn() throws {
        let found = try sentences([Self.column(difference: 1, p: 1)], unit: "superclass")
        #expect(found[0].hasSuffix("; by superclass, they share none, as each changes sides as a whole."), "\(found)")
        #expect(try sentences([Self.column(difference: 1, p: 1)]).count == 1)
    }

    private func page(_ manifest: SplitManifest) throws -> ReportPage {
        try ReportPage(
            manifest: manifest,
            dataset: Dataset(sampleTableAt: Self.folder.appending(path: "samples.csv"), name: "glyphs200"))
    }

    @Test func thePageHasBarsAndPictures() throws {
        let manifest = try manifest(columns: [Self.column("<i>script")])
        let page = try page(manifest)
        let picture = "hebrew/u05d3-dalet/freemono-bold.png"
        #expect(page.pictured.contains(picture))
        #expect(!page.pictured.contains("hebrew/u05d3-dalet/aharoni-clm-book.png"))
        let html = page.html(images: [picture: "data:image/webp;base64,AAAA"])
        let section = try #require(
            html.split(separator: "<section id=\"shift\"").last?.split(separator: "</section>").first)
        #expect(section.contains("&lt;i&gt;script") && !section.contains("<i>script"))
        #expect(section.contains("thai and han are 36 % of test and 8 % of train; hebrew is 28 % of train"))
        #expect(section.contains(">Along the line between the sides"))
        // The longest bar is the largest share, hebrew on the train side, and thai's on the test side is 20/28 of it.
        #expect(section.contains("<i style=\"width:100.0%\"></i>") && section.contains("<i style=\"width:71.4%\"></i>"))
        #expect(section.contains("a difference of 40 %, of random sides 22 %, p = 0.005"))
        #expect(section.contains("<img src=\"data:image/webp;base64,AAAA\""))
        #expect(section.contains(">u0e13-no-nen<"))
    }

    /// Without any column, the images at the ends of the line stand beside the classes.
    @Test func imagesAtTheEnds() throws {
        let ids = ["thai/u0e13-no-nen/kinnari-regular.png", "hebrew/u05d3-dalet/aharoni-clm-book.png"]
        let page = try page(manifest(columns: []))
        #expect(page.pictured.isSuperset(of: ids))
        let html = page.html(images: [ids[0]: "data:image/webp;base64,AAAA"])
        #expect(html.contains("The test images farthest from train"))
        #expect(!html.contains("The train images farthest from test"))
        // A manifest that says nothing has no section.
        let none = try self.page(manifest(columns: [], direction: nil)).html()
        #expect(!none.contains("farthest from"))
    }
}
