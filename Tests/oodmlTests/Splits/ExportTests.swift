import DenseLinearAlgebra
import Embeddings
import Foundation
import Splits
import TestSupport
import Testing

@Suite struct ExportTests {
    private let folder: TemporaryFolder
    private let manifest: SplitManifest

    /// Splits of twelve classes of four images, two of which have names that are better not taken at their word.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 5)
        var table = "sample,class\n"
        var rows: [[Float]] = []
        for number in 0..<12 {
            let centre = (0..<3).map { _ in 2 * rng.bell() }
            let label = number == 3 ? "../../../up" : number == 4 ? "C5" : "c\(number)"
            for i in 0..<4 {
                table += "\(number)/\(i).png,\(label)\n"
                rows.append(centre.map { Float($0 + 0.5 * rng.bell()) })
                try folder.write("image \(number) \(i)", to: "images/\(number)/\(i).png")
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        let run = try CommandRun(
            [
                "make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "splits", "--min-classes", "3",
                "--levels", "3", "-q",
            ], in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
        manifest = try SplitManifest(readingFrom: folder.url.appending(path: "splits/manifest.json"))
    }

    private func export(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["export", "splits"] + arguments, in: folder.url)
    }

    /// All that is below a folder: the contents of files, and what links lead to.
    private func contents(of path: String) throws -> [String: String] {
        let root = folder.url.appending(path: path)
        var result: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
            let file = root.appending(path: name).path
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file) {
                result[name] = "-> \(target)"
            } else if let data = FileManager.default.contents(atPath: file), !data.isEmpty {
                result[name] = String(decoding: data, as: UTF8.self)
            }
        }
        return result
    }

    @Test func theFormAndWhatIsPrintedAreDifferentThings() throws {
        struct Report: Decodable, Equatable {
            let form: String
            let folder: String
            let levels: [String]
            let files: [String]
            let link_count: Int
        }
        let run = try export(
            "--as", "imagefolder", "--format", "json", "--root", "images", "--level", "level-1", "--out", "out")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(
            try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
                == Report(
                    form: "imagefolder", folder: "out", levels: ["level-1"], files: ["classes.csv"], link_count: 48))
        let short = try export("--format", "oml", "--format", "json", "--out", "short")
        #expect(try JSONDecoder().decode(Report.self, from: Data(short.output.utf8)).form == "oml")
        for arguments in [[], ["--format", "json"], ["--as", "oml", "--format", "csv"]] {
            let wrong = try CommandRun(["export", "splits"] + arguments, in: folder.url)
            #expect(wrong.status == 64 && wrong.output.isEmpty, "\(arguments)")
            #expect(wrong.errors.contains("expected --as with one of csv, oml, huggingface"))
        }
    }

    @Test func theSchemaHasEveryForm() throws {
        struct Schema: Decodable {
            struct Property: Decodable {
                let `enum`: [String]?
            }
            let properties: [String: Property]
        }
        let file = Repository.page("Sources/oodml/Documentation.docc/Schemas/export-1.schema.json")
        let schema = try JSONDecoder().decode(Schema.self, from: Data(contentsOf: file))
        #expect(schema.properties["form"]?.enum == SplitExport.Form.all.map(\.name).sorted())
    }

    @Test(arguments: SplitExport.Form.all)
    func exportsAreTheSameAgainAndStayInTheFolder(format: SplitExport.Form) throws {
        let before = Set(try FileManager.default.contentsOfDirectory(atPath: folder.url.path))
        for out in ["one", "two", "one"] {
            let run = try export("--format", format.name, "--root", "images", "--out", out)
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
            #expect(run.output.hasPrefix("Written: ") && run.output.hasSuffix(" below \(out)\n"))
        }
        #expect(try contents(of: "one") == contents(of: "two"))
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.url.path)) == before.union(["one", "two"]))
        #expect(
            !FileManager.default.fileExists(atPath: folder.url.deletingLastPathComponent().appending(path: "up").path))
    }

    @Test func linksLeadToTheImages() throws {
        #expect(try export("--format", "imagefolder", "--root", "images").status == 0)
        let out = folder.url.appending(path: "exports/splits-imagefolder")
        for level in manifest.levels {
            for (part, labels) in [("train", level.train), ("test", level.test)] {
                let place = out.appending(path: "\(level.id)/\(part)")
                let folders = try FileManager.default.contentsOfDirectory(atPath: place.path)
                #expect(folders.count == labels.count)
                if labels.contains("../../../up") {
                    for i in 0..<4 {
                        let file = place.appending(path: "%2E.%2F..%2F..%2Fup/3%2F\(i).png")
                        #expect(try String(contentsOf: file, encoding: .utf8) == "image 3 \(i)")
                    }
                }
                for name in folders {
                    let images = try FileManager.default.contentsOfDirectory(
                        atPath: place.appending(path: name).path)
                    #expect(images.count == 4)
                    for image in images {
                        let text = try String(
                            contentsOf: place.appending(path: "\(name)/\(image)"), encoding: .utf8)
                        #expect(
                            text.hasPrefix("image ") && text.hasSuffix(String(image.prefix { $0 != "." }.suffix(1))))
                    }
                }
            }
        }
    }

    @Test func otherResultsStayUnlessForced() throws {
        #expect(try export("--format", "imagefolder", "--root", "images", "--out", "out").status == 0)
        let before = try contents(of: "out")
        let other = try export("--format", "imagefolder", "--root", "images", "--out", "out", "--direction", "reverse")
        #expect(other.status == 1)
        #expect(
            other.errors.contains("a file of an earlier run with other options is there; expected none, or --force"))
        #expect(try contents(of: "out") == before)
        let forced = try export(
            "--format", "imagefolder", "--root", "images", "--out", "out", "--direction", "reverse", "--force")
        #expect(forced.status == 0, "\(forced.errors)")
        let after = try contents(of: "out")
        #expect(after != before && after.count == before.count)
        #expect(
            Set(after.keys.map { $0.replacing("/test/", with: "/train/") })
                == Set(before.keys.map { $0.replacing("/test/", with: "/train/") }))
        // Folders of classes that have gone to the other side are gone too: trainers would find them empty.
        for level in manifest.levels {
            let place = folder.url.appending(path: "out/\(level.id)/train").path
            #expect(try FileManager.default.contentsOfDirectory(atPath: place).count == level.test.count)
        }
        #expect(try export("--format", "csv", "--out", "tables").status == 0)
        let fewer = try export("--format", "csv", "--out", "tables", "--level", "level-2")
        #expect(fewer.status == 1 && fewer.errors.contains("level-1.csv"))
        #expect(try export("--format", "csv", "--out", "tables", "--level", "level-2", "--force").status == 0)
        #expect(try contents(of: "tables").keys.sorted() == ["level-2.csv", "receipt.csv"])
    }

    @Test func nothingIsWrittenThroughLinksOrOverImages() throws {
        let label = try #require(manifest.levels[0].train.first { $0.hasPrefix("c") && $0 != "c5" })
        let place = folder.url.appending(path: "out/level-1/train")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "elsewhere"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: place.appending(path: label), withDestinationURL: folder.url.appending(path: "elsewhere"))
        let run = try export("--format", "imagefolder", "--root", "images", "--out", "out", "--force")
        #expect(
            run.status == 1 && run.errors.contains("a symbolic link is there that no receipt.csv lists"),
            "\(run.errors)")
        #expect(try contents(of: "elsewhere").isEmpty)
        try FileManager.default.removeItem(at: place.appending(path: label))
        let number = label.dropFirst()
        try folder.write("mine", to: "out/level-1/train/\(label)/\(number)%2F0.png")
        let other = try export("--format", "imagefolder", "--root", "images", "--out", "out", "--force")
        #expect(
            other.status == 1 && other.errors.contains("a file is there that no receipt.csv lists"),
            "\(other.errors)")
        #expect(try contents(of: "out").values.sorted() == ["mine"])
    }

    @Test func wrongUseIsRefused() throws {
        #expect(try export("--format", "parquet").status == 64)
        #expect(try export("--format", "csv", "--fold", "-1").status == 64)
        #expect(try export("--format", "csv", "--fold", "0", "--direction", "reverse").status == 64)
        let noRoot = try export("--format", "imagefolder")
        #expect(noRoot.status == 64 && noRoot.errors.contains("expected --root DIR"))
        try FileManager.default.removeItem(at: folder.url.appending(path: "images/7/2.png"))
        let missing = try export("--format", "huggingface", "--root", "images")
        #expect(missing.status == 1 && missing.errors.contains("images/7/2.png: found no such file"))
        #expect(missing.errors.contains("1 of 48 are missing"))
        #expect(try export("--format", "csv", "--fold", "9").errors.contains("expected a fold 9, counted from 0"))
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "exports").path))
    }
}
