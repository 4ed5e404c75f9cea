import Datasets
import Foundation
import PublishedBenchmarks
import Splits
import TestSupport
import Testing

/// The benchmarks whose splits are published: the list, and the splits of CARS196 in the forms in which its images are to be had.
@Suite struct PublishedBenchmarksTests {
    private static let repository = repositoryFolder
    private static let name = "cars196-milbich2021"
    /// How the release writes the one class whose name no folder can have, and how the devkit does.
    private static let van = (release: "Ram C-V Cargo Van Minivan 2012", devkit: "Ram C/V Cargo Van Minivan 2012")

    private let folder: TemporaryFolder
    /// published.json, read without oodml's own reader.
    private let classes: [String]
    private let levels: [[String: Any]]
    /// The images of each class: those that the episodes name, and two more.
    private let images: [String: [Image]]

    /// An image, by the names in both forms.
    private struct Image {
        /// What the episodes call it: images of one number and one class are `06189.jpg` and `06189_2.jpg` there.
        let name: String
        /// Its name in the folder that it lies in.
        let file: String
        /// Whether it lies in the folder of the test images.
        let isTest: Bool
    }

    init() throws {
        folder = try TemporaryFolder()
        let url = Self.repository.appending(path: "splits/\(Self.name)/published.json")
        let file = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        classes = try #require(file["classes"] as? [String])
        levels = try #require(file["levels"] as? [[String: Any]])
        images = try Self.images(of: levels, classes)
    }

    private func run(_ arguments: [String]) throws -> CommandRun {
        let run = try CommandRun(arguments, in: folder.url)
        try #require(run.status == 0, "\(arguments): \(run.errors)")
        return run
    }

    // MARK: The images, without their pixels

    /// Images for all names in the episodes, such that no folder has two of one number: of two classes that have an image of the
    /// same number, the first has it among the images to train on; within a class, `_2` marks the second.
    private static func images(of levels: [[String: Any]], _ classes: [String]) throws -> [String: [Image]] {
        var names = [Set<String>](repeating: [], count: classes.count)
        for level in levels {
            for episodes in (level["test_episodes"] as? [String: [[String: [String]]]] ?? [:]).values {
                for (place, files) in episodes.joined() { names[try #require(Int(place))].formUnion(files) }
            }
        }
        func base(_ name: String) -> String { name.replacingOccurrences(of: "_2.", with: ".") }
        var owners: [String: [Int]] = [:]
        for number in classes.indices {
            // Where the second is named, there is the first as well.
            names[number].formUnion(names[number].map(base))
            names[number].formUnion(["\(10000 + 2 * number).jpg", "\(10001 + 2 * number).jpg"])
            for name in names[number] where name == base(name) { owners[name, default: []].append(number) }
        }
        let secondOnes = Set(names.joined().filter { $0 != base($0) }.map(base))
        return try Dictionary(
            uniqueKeysWithValues: classes.enumerated().map { number, label in
                let images = try names[number].sorted().map { name in
                    let (file, all) = (base(name), try #require(owners[base(name)]))
                    try #require(all.count <= (secondOnes.contains(file) ? 1 : 2), "\(name)")
                    let isAlone = all.count == 1 && !secondOnes.contains(file)
                    let isOdd = Int(file.prefix { $0 != "." }).map { $0 % 2 == 1 } ?? false
                    return Image(
                        name: name, file: file,
                        isTest: name != file || (isAlone ? isOdd : all.first != number))
                }
                return (label, images)
            })
    }

    /// As Kaggle has them: `train/CLASS/00001.jpg` and `test/CLASS/00002.jpg`.
    private func makeClassFolders() throws {
        for label in classes {
            for image in images[label] ?? [] {
                try folder.write("", to: "kaggle/car_data/\(image.isTest ? "test" : "train")/\(label)/\(image.file)")
            }
        }
    }

    /// As they are downloaded: `cars_train`, `cars_test` and the annotations of both.
    private func makeDevkit() throws {
        let labels = classes.map { $0 == Self.van.release ? Self.van.devkit : $0 }
        try folder.write(MATLABWriter.file([.cells("class_names", labels)]), to: "stanford/devkit/cars_meta.mat")
        for (isTest, place, annotations) in [
            (false, "cars_train", "devkit/cars_train_annos"), (true, "cars_test", "cars_test_annos_withlabels"),
        ] {
            var rows: [(String, Int)] = []
            for (number, label) in classes.enumerated() {
                for image in images[label] ?? [] where image.isTest == isTest {
                    rows.append((image.file, number + 1))
                    try folder.write("", to: "stanford/\(place)/\(image.file)")
                }
            }
            try folder.write(
                MATLABWriter.file([.structs("annotations", rows)]), to: "stanford/\(annotations).mat")
        }
    }

    // MARK: What is made of them

    /// Compares a folder that `import` wrote with published.json: every level in both directions, its folds and its episodes.
    private func requireThePublishedSplits(
        in out: String, van: String, path: (_ isTest: Bool, _ label: String, _ file: String) -> String
    ) throws {
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "\(out)/manifest.json"))
        #expect(manifest.dataset.name == "cars196" && manifest.dataset.classCount == 196)
        #expect(manifest.levels.map(\.id) == (1...8).map { "level-\($0)" })
        func label(_ place: Int) -> String { classes[place] == Self.van.release ? van : classes[place] }
        for (level, published) in zip(manifest.levels, levels) {
            func labels(_ key: String) -> Set<String> { Set((published[key] as? [Int] ?? []).map(label)) }
            // Two readers of JSON may differ in the last bit.
            let fid = try #require(published["fid"] as? Double)
            #expect(abs(level.fid - fid) < 1e-14 * fid)
            #expect(Set(level.train) == labels("train") && Set(level.test) == labels("test"), "\(level.id)")
            #expect(level.train.count == labels("train").count && level.test.count == labels("test").count)
            #expect(Set(level.removed) == Set(classes.indices.map(label)).subtracting(level.train + level.test))
            #expect(level.folds.map(Set.init) == [labels("split_val"), labels("split_train")])
        }
        #expect(manifest.levels.map(\.train.count) == [98, 98, 98, 98, 98, 86, 74, 62])
        let episodes = try FewShotEpisodes(readingFrom: folder.url.appending(path: "\(out)/episodes-2.json"))
        let published = try #require(levels[0]["test_episodes"] as? [String: [[String: [String]]]])
        let expected = try #require(published["2"]).map { episode in
            Dictionary(
                uniqueKeysWithValues: episode.map { place, names in
                    let number = Int(place) ?? -1
                    return (
                        label(number),
                        Set(
                            (images[classes[number]] ?? []).filter { names.contains($0.name) }
                                .map { path($0.isTest, classes[number], $0.file) })
                    )
                })
        }
        #expect(expected.allSatisfy { $0.values.allSatisfy { $0.count == 2 } })
        let found = episodes.episodes(ofLevel: "level-1").map { $0.mapValues(Set.init) }
        #expect(found == expected && found.count == 10 && found.allSatisfy { $0.count == 98 })
        #expect(episodes.episodesByLevel?.count == 1)
    }

    @Test func imagesAsOnKaggle() throws {
        try makeClassFolders()
        let run = try run(["import", Self.name, "--root", "kaggle", "--out", "out"])
        #expect(run.output.hasPrefix("196 of 196 classes found by their labels\n"), "\(run.output)")
        #expect(!run.errors.contains(" are left out"), "\(run.errors)")
        try requireThePublishedSplits(in: "out", van: Self.van.release) { isTest, label, file in
            "car_data/\(isTest ? "test" : "train")/\(label)/\(file)"
        }
        #expect(try self.run(["validate", "out"]).output.contains("no violation in 1 series of 8 levels"))
        // The same from the file in the repository.
        let file = Self.repository.appending(path: "splits/\(Self.name)/published.json").path
        _ = try self.run(["import", file, "--dataset", "cars196", "--root", "kaggle", "--out", "again"])
        for name in ["episodes-2.json", "samples.csv", "train-matched.csv"] {
            #expect(
                try Data(contentsOf: folder.url.appending(path: "again/\(name)"))
                    == Data(contentsOf: folder.url.appending(path: "out/\(name)")), "\(name)")
        }
    }

    @Test func imagesAsDownloaded() throws {
        try makeDevkit()
        let run = try run(["import", Self.name, "--root", "stanford", "--out", "out"])
        #expect(
            run.output.hasPrefix("196 of 196 classes found by the letters and digits of their labels\n"),
            "\(run.output)")
        #expect(!run.errors.contains(" are left out"), "\(run.errors)")
        try requireThePublishedSplits(in: "out", van: Self.van.devkit) { isTest, _, file in
            "cars_\(isTest ? "test" : "train")/\(file)"
        }
        #expect(try self.run(["validate", "out"]).output.contains("no violation in 1 series of 8 levels"))
    }

    // MARK: The list

    /// The list says what the files hold, and the table in splits/README.md has every row.
    @Test func theListIsThatOfTheFolders() throws {
        let printed = try run(["splits", "--format", "json"]).output
        let all = try JSONDecoder().decode([PublishedBenchmark].self, from: Data(printed.utf8))
        #expect(all == PublishedBenchmark.all)
        let folders = try FileManager.default.contentsOfDirectory(
            at: Self.repository.appending(path: "splits"), includingPropertiesForKeys: [.isDirectoryKey])
        let published = try folders.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false }
        #expect(Set(all.map(\.path)) == Set(published.map { "splits/\($0.lastPathComponent)" }))
        let page = try String(contentsOf: Self.repository.appending(path: "splits/README.md"), encoding: .utf8)
        let text = try run(["splits"]).output
        for benchmark in all {
            let range = String(format: "%.2f to %.2f", benchmark.fid.least, benchmark.fid.greatest)
            #expect(
                page.contains(
                    "| [\(benchmark.name)](\(benchmark.name)) | \(benchmark.title) | \(benchmark.classes) | \(benchmark.levels) | "
                        + "\(range) | \(benchmark.backbone), \(benchmark.distance) |"), "\(benchmark.name)")
            #expect(text.contains("\(benchmark.name): \(benchmark.title)\n") && text.contains(benchmark.command))
        }
        let glyphs = try #require(all.first)
        let manifest = try SplitManifest(
            readingFrom: Self.repository.appending(path: "splits/glyphs200/manifest.json"))
        #expect(glyphs.name == "glyphs200" && glyphs.samples == manifest.dataset.sampleCount)
        #expect(glyphs.classes == manifest.dataset.classCount && glyphs.levels == manifest.levels.count)
        func rounded(_ value: Double?) -> Double { ((value ?? .nan) * 100).rounded() / 100 }
        #expect(glyphs.fid.least == rounded(manifest.levels.first?.fid))
        #expect(glyphs.fid.greatest == rounded(manifest.levels.last?.fid))
        let cars = try #require(all.last)
        #expect(cars.name == Self.name && cars.classes == classes.count && cars.levels == levels.count)
        #expect(cars.samples == KnownDataset.cars196.counts.samples)
        let distances = levels.compactMap { $0["fid"] as? Double }
        #expect(cars.fid.least == rounded(distances.min()) && cars.fid.greatest == rounded(distances.max()))
        // What the program carries is what the folder has.
        let file = Self.repository.appending(path: "splits/\(Self.name)/published.json")
        #expect(try cars.splits == Data(contentsOf: file))
    }

    /// No published file is larger than 2 MB.
    @Test func filesAreSmall() throws {
        let folder = Self.repository.appending(path: "splits")
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let size = try folder.appending(path: path).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            #expect(size <= 2_000_000, "\(path)")
        }
    }

    /// The recipe of splits/README.md: a folder of splits is copied and listed; one with a file that is too large is published as
    /// classes alone, which make the same levels again.
    @Test(.enabled(if: Python.isInstalled, "python3 is not installed"))
    func whoeverHasTheImagesAddsThem() throws {
        let fixture = try SplitsFixture()
        let script = try String(contentsOf: Self.repository.appending(path: "Scripts/publish.py"), encoding: .utf8)
        let page = try String(contentsOf: Self.repository.appending(path: "splits/README.md"), encoding: .utf8)
        try folder.write(page, to: "splits/README.md")
        let options = ["--splits", fixture.folder.url.appending(path: "splits").path, "--backbone-name", "a network"]
        func publish(_ name: String, largest: Int) throws -> CommandRun {
            let changed = script.replacingOccurrences(of: "LARGEST = 2_000_000", with: "LARGEST = \(largest)")
            try #require(changed != script || largest == 2_000_000)
            let file = try folder.write(changed, to: "Scripts/publish.py")
            return try CommandRun(
                ["python3", "-B", file.path, name] + options, program: URL(filePath: "/usr/bin/env"))
        }
        func manifest(_ path: String) throws -> SplitManifest {
            try SplitManifest(readingFrom: folder.url.appending(path: path))
        }
        let whole = try publish("small", largest: 2_000_000)
        #expect(whole.status == 0, "\(whole.output) \(whole.errors)")
        let original = try SplitManifest(
            readingFrom: fixture.folder.url.appending(path: "splits/manifest.json"))
        #expect(try manifest("splits/small/manifest.json") == original)
        let classes = try publish("large", largest: 3_000)
        #expect(classes.status == 0, "\(classes.output) \(classes.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "splits/large/manifest.json").path))
        let index = try JSONDecoder().decode(
            [PublishedBenchmark].self, from: Data(contentsOf: folder.url.appending(path: "splits/index.json")))
        try #require(index.map(\.name) == ["small", "large"])
        #expect(index[0].fid == index[1].fid && index[0].levels == original.levels.count)
        let samples = folder.url.appending(path: "splits/small/samples.csv").path
        _ = try run(["import", "splits/large/published.json", "--samples", samples, "--out", "again"])
        for (again, level) in zip(try manifest("again/manifest.json").levels, original.levels) {
            #expect(again.id == level.id && again.fid == level.fid)
            #expect(again.train == level.train && again.test == level.test && again.removed == level.removed)
            #expect(again.folds.first == level.folds.first)
        }
        // What is there is not replaced.
        let second = try publish("small", largest: 2_000_000)
        #expect(second.status == 1 && second.errors.contains("expected none"), "\(second.errors)")
    }

    @Test func whatIsWrongIsSaid() throws {
        let none = try CommandRun(["import", Self.name], in: folder.url)
        #expect(none.status == 64 && none.errors.contains("expected the images of the splits: --root DIR"))
        let glyphs = try CommandRun(["import", "glyphs200", "--root", "."], in: folder.url)
        #expect(
            glyphs.status == 64
                && glyphs.errors.contains("glyphs200 needs no import: oodml make-splits --dataset glyphs200"),
            "\(glyphs.errors)")
        // A file of that name is meant first.
        try folder.write("", to: "\(Self.name)")
        let file = try CommandRun(["import", Self.name, "--dataset", "cars196", "--root", "."], in: folder.url)
        #expect(file.status == 1 && file.errors.contains("cannot be read as a pickle of published splits"))
    }
}

/// Writes MATLAB files of version 5, as `savemat` of SciPy does without compression, for annotations that are as large as the real
/// ones.
private enum MATLABWriter {
    enum Variable {
        /// A cell array of texts.
        case cells(String, [String])
        /// A row of structs with `fname` and `class`.
        case structs(String, [(String, Int)])
    }

    static func file(_ variables: [Variable]) -> Data {
        var data = Data("MATLAB 5.0 MAT-file".utf8)
        data.append(Data(repeating: UInt8(ascii: " "), count: 124 - data.count))
        data.append(contentsOf: [0x00, 0x01] + "IM".utf8)
        for variable in variables {
            switch variable {
            case .cells(let name, let texts):
                data.append(matrix(kind: 1, size: texts.count, name: name, texts.map { text("", $0) }))
            case .structs(let name, let rows):
                let fields = ["fname", "class"]
                var names = Data()
                for field in fields {
                    names.append(Data(field.utf8) + Data(repeating: 0, count: 32 - field.utf8.count))
                }
                let head = element(5, number(32)) + element(1, names)
                let values = rows.flatMap { [text("", $0.0), scalar("", Double($0.1))] }
                data.append(matrix(kind: 2, size: rows.count, name: name, [head] + values))
            }
        }
        return data
    }

    private static func number(_ value: Int32) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }

    /// A data element: its type, its length and its contents, filled to a multiple of eight bytes.
    private static func element(_ type: Int32, _ contents: Data) -> Data {
        number(type) + number(Int32(contents.count)) + contents
            + Data(repeating: 0, count: (8 - contents.count % 8) % 8)
    }

    /// An array of one row.
    private static func matrix(kind: UInt8, size: Int, rows: Int = 1, name: String, _ contents: [Data]) -> Data {
        var data = element(6, Data([kind, 0, 0, 0, 0, 0, 0, 0]))
        data += element(5, number(Int32(rows)) + number(Int32(size)))
        data += element(1, Data(name.utf8))
        for part in contents { data += part }
        return element(14, data)
    }

    private static func text(_ name: String, _ value: String) -> Data {
        let units = Data(value.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
        return matrix(kind: 4, size: value.utf16.count, name: name, [element(4, units)])
    }

    private static func scalar(_ name: String, _ value: Double) -> Data {
        matrix(
            kind: 6, size: 1, name: name,
            [element(9, withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) })])
    }
}
