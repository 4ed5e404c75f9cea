import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

@Suite struct SplitExportTests {
    private let splits: ValidatedSplits
    private let manifest: SplitManifest
    private let folder: TemporaryFolder

    init() throws {
        splits = try ValidatedSplits()
        manifest = try splits.manifest()
        folder = try TemporaryFolder()
    }

    private func export(
        _ format: SplitExport.Form, levels: [String]? = nil, direction: Direction = .forward, fold: Int? = nil,
        root: String? = nil
    ) throws -> SplitExport {
        try SplitExport(
            of: manifest, in: splits.dataset, as: format, levels: levels, direction: direction, fold: fold, root: root
        )
    }

    /// A file of an export, read as a table: one dictionary a row.
    private func rows(_ path: String, of export: SplitExport) throws -> [[String: String]] {
        let file = try #require(export.files.first { $0.path == path }, "\(export.files.map(\.path))")
        let table = try CSVTable(contentsOf: folder.write(file.bytes, to: "table.csv"))
        return table.rows.map { Dictionary(uniqueKeysWithValues: zip(table.columns, $0)) }
    }

    private func number(of label: String?) throws -> String {
        String(try #require(splits.dataset.classLabels.firstIndex(of: label ?? "")))
    }

    /// The labels of the classes for which a row has a value in a column.
    private func classes(_ rows: [[String: String]], _ column: String, _ value: String) -> Set<String> {
        Set(rows.filter { $0[column] == value }.compactMap { $0["class"] ?? $0["label"] })
    }

    @Test func tablesHaveAllSamplesInTheOrderOfTheDataset() throws {
        let export = try export(.csv, root: "/images")
        #expect(export.files.map(\.path) == manifest.levels.map { "\($0.id).csv" } && export.links.isEmpty)
        for level in manifest.levels {
            let rows = try rows("\(level.id).csv", of: export)
            #expect(rows.map { $0["sample"] } == splits.dataset.samples.map(\.id))
            #expect(rows.map { $0["class"] } == splits.dataset.samples.map(\.classLabel))
            #expect(rows.map { $0["superclass"] } == splits.dataset.samples.map(\.superclass))
            #expect(rows.map { $0["path"] } == splits.dataset.samples.map { "/images/\($0.id)" })
            #expect(classes(rows, "part", "train") == Set(level.train))
            #expect(classes(rows, "part", "test") == Set(level.test))
            #expect(classes(rows, "part", "removed") == Set(level.removed))
            for (index, fold) in level.folds.enumerated() {
                #expect(classes(rows, "fold", String(index)) == Set(fold))
            }
            for row in rows { #expect(try row["class_number"] == number(of: row["class"])) }
        }
        #expect(manifest.levels.contains { !$0.removed.isEmpty && $0.folds.count == 3 })
    }

    @Test func foldsAndDirectionsChangeTheParts() throws {
        let level = try #require(manifest.levels.last)
        let withFold = try rows("\(level.id).csv", of: export(.csv, levels: [level.id], fold: 1))
        #expect(classes(withFold, "part", "validation") == Set(level.folds[1]))
        #expect(classes(withFold, "part", "train") == Set(level.train).subtracting(level.folds[1]))
        #expect(classes(withFold, "part", "test") == Set(level.test))
        let reversed = try rows("\(level.id).csv", of: export(.csv, levels: [level.id], direction: .reverse))
        #expect(classes(reversed, "part", "train") == Set(level.test))
        #expect(classes(reversed, "part", "test") == Set(level.train))
        #expect(reversed.allSatisfy { $0["fold"] == nil && $0["path"] == nil })
    }

    @Test func omlTablesHaveTwoParts() throws {
        let level = try #require(manifest.levels.last)
        for fold in [nil, 2] {
            let rows = try rows("\(level.id).csv", of: export(.oml, levels: [level.id], fold: fold))
            let validation = fold.map { level.folds[$0] } ?? level.test
            let numbers = try Set(validation.map { try number(of: $0) })
            #expect(Set(rows.filter { $0["split"] == "validation" }.compactMap { $0["label"] }) == numbers)
            let training = try Set(level.train).subtracting(validation).map { try number(of: $0) }
            #expect(Set(rows.filter { $0["split"] == "train" }.compactMap { $0["label"] }) == Set(training))
            for row in rows {
                let flag = row["split"] == "train" ? "" : "True"
                #expect(row["is_query"] == flag && row["is_gallery"] == flag)
                let sample = try #require(splits.dataset.samples.first { $0.id == row["path"] })
                #expect(try row["label"] == number(of: sample.classLabel) && row["category"] == sample.superclass)
            }
        }
    }

    @Test func rolesOfSamplesAreKept() throws {
        // Of each class the first sample is a query, the second in the gallery, and the others are both.
        var counts: [String: Int] = [:]
        let samples = splits.dataset.samples.map { sample in
            counts[sample.classLabel, default: 0] += 1
            let role: [Int: SampleRole] = [1: .query, 2: .gallery]
            return Sample(
                id: sample.id, classLabel: sample.classLabel, superclass: sample.superclass,
                role: role[counts[sample.classLabel, default: 0]])
        }
        let dataset = try Dataset(name: "roles", samples: samples)
        let level = manifest.levels[0]
        func table(_ format: SplitExport.Form, _ path: String) throws -> [[String: String]] {
            try rows(path, of: SplitExport(of: manifest, in: dataset, as: format, levels: [level.id]))
        }
        let flags: [SampleRole?: [String]] = [
            .query: ["True", "False"], .gallery: ["False", "True"], nil: ["True", "True"],
        ]
        var seen: Set<SampleRole?> = []
        for row in try table(.oml, "\(level.id).csv") {
            let sample = try #require(samples.first { $0.id == row["path"] })
            let isTrained = row["split"] == "train"
            #expect([row["is_query"], row["is_gallery"]] == (isTrained ? ["", ""] : flags[sample.role] ?? []))
            if !isTrained { seen.insert(sample.role) }
        }
        #expect(seen.count == 3)
        #expect(try table(.csv, "\(level.id).csv").map { $0["role"] } == samples.map { $0.role?.rawValue ?? "" })
        for row in try table(.wilds, "\(level.id)/metadata.csv") {
            let sample = samples.first { $0.id == row["filename"] }
            #expect(sample != nil && row["role"] == sample?.role?.rawValue ?? "")
        }
    }

    @Test func wildsTablesNameThreeSplits() throws {
        let level = try #require(manifest.levels.last)
        let export = try export(.wilds, levels: [level.id], fold: 0)
        let rows = try rows("\(level.id)/metadata.csv", of: export)
        #expect(classes(rows, "split", "val") == Set(level.folds[0]))
        #expect(classes(rows, "split", "test") == Set(level.test))
        #expect(Set(rows.compactMap { $0["split"] }) == ["train", "val", "test"])
        let categories = try self.rows("\(level.id)/categories.csv", of: export)
        #expect(categories.map { $0["name"] } == splits.dataset.classLabels)
        let names = Dictionary(uniqueKeysWithValues: categories.map { ($0["y"], $0["name"]) })
        for row in rows { #expect(names[row["y"]] == row["class"]) }
    }

    @Test func treesHaveALinkForEverySampleOnASide() throws {
        let export = try export(.imagefolder)
        let folders = try rows("classes.csv", of: export)
        #expect(folders.map { $0["class"] } == splits.dataset.classLabels)
        for level in manifest.levels {
            for (part, labels) in [("train", level.train), ("test", level.test)] {
                let found = export.links.filter { $0.path.hasPrefix("\(level.id)/\(part)/") }
                let wanted = splits.dataset.samples.filter { labels.contains($0.classLabel) }
                #expect(found.map(\.sample) == wanted.map(\.id))
                for (link, sample) in zip(found, wanted) {
                    let folder = folders.first { $0["class"] == sample.classLabel }?["folder"]
                    #expect(link.path.split(separator: "/").dropLast().last.map(String.init) == folder)
                }
            }
        }
        #expect(Set(export.links.map(\.path)).count == export.links.count)
    }

    /// A reader of tables would take these for numbers, for nothing or for a truth value, and parts would differ in type.
    @Test(arguments: ["007", "-1.5", "1e5", "NA", "nan", "True", "2020-01-31", " "])
    func namesLikeNumbersStayText(_ name: String) throws {
        let level = manifest.levels[0]
        func renamed(_ label: String) -> String { label == level.test[0] ? name : label }
        let samples = splits.dataset.samples.map {
            Sample(id: $0.id, classLabel: renamed($0.classLabel), superclass: $0.superclass)
        }
        let changed = try splits.manifest { json in json["levels.0.test"] = level.test.map(renamed) }
        let export = try SplitExport(
            of: changed, in: Dataset(name: "names", samples: samples), as: .huggingface, levels: [level.id])
        let tables = export.files.filter { $0.path.contains("metadata") }
        #expect(tables.map(\.path) == ["train", "test"].map { "\(level.id)/\($0)/metadata.jsonl" })
        struct Row: Decodable {
            let sample: String
            let label: String
            let class_number: Int
        }
        let lines = tables.flatMap { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n") }
        let rows = try lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
        #expect(Set(rows.map(\.label)) == Set((level.train + level.test).map(renamed)))
        #expect(rows.filter { $0.label == name }.count == samples.filter { $0.classLabel == name }.count)
    }

    @Test func huggingFaceMetadataNamesTheLinks() throws {
        let level = try #require(manifest.levels.first)
        let export = try export(.huggingface, levels: [level.id], fold: 1)
        for (part, labels) in [
            ("train", Set(level.train).subtracting(level.folds[1])), ("validation", Set(level.folds[1])),
        ] {
            let rows = try rows("\(level.id)/\(part)/metadata.csv", of: export)
            let links = export.links.filter { $0.path.hasPrefix("\(level.id)/\(part)/") }
            #expect(rows.map { "\(level.id)/\(part)/" + ($0["file_name"] ?? "") } == links.map(\.path))
            #expect(rows.map { $0["sample"] } == links.map(\.sample))
            #expect(Set(rows.compactMap { $0["label"] }) == labels)
        }
        let card = String(decoding: try #require(export.files.last { $0.path == "README.md" }).bytes, as: UTF8.self)
        #expect(
            card.hasPrefix(
                """
                ---
                configs:
                - config_name: "level-1"
                  data_files:
                  - split: train
                    path: "level-1/train/**"
                  - split: validation
                    path: "level-1/validation/**"
                  - split: test
                    path: "level-1/test/**"
                ---

                """))
    }

    @Test(arguments: SplitExport.Form.all)
    func exportsAreTheSameAgain(format: SplitExport.Form) throws {
        #expect(try export(format) == export(format))
    }

    @Test func formsAreToldByTheirNames() {
        let forms = SplitExport.Form.all
        #expect(Set(forms).count == forms.count && Set(forms.map(\.name)).count == forms.count)
        for line in forms.flatMap({ $0.summary.split(separator: "\n") }) { #expect(line.count <= 60, "\(line)") }
    }

    @Test func hostileLabelsAndIdsStayBelowTheFolder() throws {
        let labels = [
            "../../up", "/etc/passwd", "a\0b", ".", "..", "Cat", "cat", String(repeating: "long/", count: 99),
        ]
        let samples = labels.enumerated().flatMap { number, label in
            (0..<3).map { Sample(id: "\(number)/Img-\($0).png", classLabel: label) }
        }
        let dataset = try Dataset(name: "hostile", samples: samples)
        let json = try splits.manifest { json in
            json["dataset.sha256"] = dataset.digest
            json["levels.0.id"] = "../level"
            json["levels.0.train"] = Array(labels[..<4])
            json["levels.0.test"] = Array(labels[4...])
            json["levels.0.removed"] = [String]()
            json["levels.0.folds"] = [[String]]()
        }
        for format in SplitExport.Form.all {
            let export = try SplitExport(of: json, in: dataset, as: format, levels: ["../level"])
            let paths = export.files.map(\.path) + export.links.map(\.path)
            #expect(Set(paths.map { $0.lowercased() }).count == paths.count)
            for path in paths {
                let parts = path.split(separator: "/", omittingEmptySubsequences: false)
                #expect(parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }, "\(path)")
                #expect(!path.utf8.contains(0))
            }
            #expect(export.links.count == (format.hasImages ? 24 : 0))
        }
    }

    @Test(arguments: ["../x.png", "/x.png", "a//b.png", "a/../../b.png", "a\0b", "./x"])
    func samplesThatLeadOutOfTheImagesAreNotLinked(id: String) throws {
        let dataset = try Dataset(
            name: "d", samples: [Sample(id: id, classLabel: "a"), Sample(id: "fine", classLabel: "b")])
        let json = try splits.manifest { json in
            json["levels"] = [try #require((json["levels"] as? [Any])?.first)]
            json["levels.0.train"] = ["a"]
            json["levels.0.test"] = ["b"]
            json["levels.0.removed"] = [String]()
            json["levels.0.folds"] = [[String]]()
        }
        #expect(throws: SplitError.unsafeSample(id: id)) {
            try SplitExport(of: json, in: dataset, as: .imagefolder)
        }
        #expect(try SplitExport(of: json, in: dataset, as: .csv).files.count == 1)
    }

    @Test func whatIsNotThereIsRefused() throws {
        #expect(throws: SplitError.unknownLevel(id: "level-9", known: manifest.levels.map(\.id))) {
            try export(.csv, levels: ["level-1", "level-9"])
        }
        #expect(throws: SplitError.missingFold(level: "level-1", fold: 3, count: 3)) { try export(.csv, fold: 3) }
        let changed = try splits.manifest { $0["levels.0.test"] = ["nowhere"] }
        #expect(throws: SplitError.unknownClass(level: "level-1", label: "nowhere")) {
            try SplitExport(of: changed, in: splits.dataset, as: .oml)
        }
    }
}
