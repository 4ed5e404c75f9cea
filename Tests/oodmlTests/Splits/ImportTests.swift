import DenseLinearAlgebra
import Embeddings
import Evaluation
import Foundation
import Retrieval
import Splits
import Testing
import TestSupport

/// Published pickles, from the file to scores, by the commands that a user gives.
@Suite struct ImportTests {
    private let folder: TemporaryFolder
    private let classes = ["001.Kauz", "002.Möwe", "003.Meise", "004.Fink", "005.雀", "006.Star"]

    /// The dataset of the fixtures, six classes of six samples, as class folders, as a table and as embeddings; and a
    /// pickle that NumPy wrote.
    init() throws {
        folder = try TemporaryFolder()
        let fixtures = testFile("SplitsTests/Fixtures/pickles.json")
        let pickles = try JSONDecoder().decode([String: [String: Data]].self, from: Data(contentsOf: fixtures))
        try folder.write(#require(pickles["splits"]?["numpy-4"]), to: "birds.pkl")
        try folder.write(#require(pickles["hostile"]?["system-4"]), to: "hostile.pkl")
        var rng = SplitMix64(seed: 4)
        var table = "sample,class\n"
        var rows: [[Float]] = []
        for label in classes {
            let centre = (0..<4).map { _ in 1.5 * rng.bell() }
            for i in 0..<6 {
                let id = "\(label)/\(label.dropFirst(4))_\(i).jpg"
                table += "\(id),\(label)\n"
                try folder.write("image", to: "birds/\(id)")
                rows.append(centre.map { Float($0 + rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "e.npy")
    }

    private func run(_ arguments: String...) throws -> CommandRun { try CommandRun(arguments, in: folder.url) }

    @discardableResult
    private func imported() throws -> CommandRun {
        let run = try run("import", "birds.pkl", "--samples", "s.csv", "--name", "birds", "--out", "out")
        try #require(run.status == 0, "\(run.errors)")
        return run
    }

    private func results(in out: String) throws -> EvaluationResults {
        let data = try Data(contentsOf: folder.url.appending(path: "\(out)/results.json"))
        return try JSONDecoder().decode(EvaluationResults.self, from: data)
    }

    @Test(.enabled(if: SchemaCheck.isInstalled, "python3-jsonschema is not installed"))
    func filesAreAsTheSchemasSay() throws {
        try imported()
        for (schema, path, damages) in [
            (
                "manifest-2", "out/manifest.json",
                [
                    ("imported_from", nil), ("imported_from.sha256", "x"), ("levels.0.origin", "swap"),
                    ("protocol.name", "oodml"), ("protocol.spacing", "fid"), ("embeddings", ["file": "f"]),
                ] as [(String, Any?)]
            ),
            (
                "episodes-1", "out/episodes-2.json",
                [("episodes_by_level", nil), ("episodes", [Any]()), ("episodes_by_level.level-1", [Any]())]
            ),
        ] {
            let sound = try SchemaCheck.run(schema, [path], in: folder.url)
            #expect(sound.status == 0, "\(sound.output) \(sound.errors)")
            for (number, damage) in damages.enumerated() {
                var json = try EditableJSON(Data(contentsOf: folder.url.appending(path: path)))
                json[damage.0] = damage.1
                try folder.write(json.data, to: "damaged-\(number).json")
                #expect(
                    try SchemaCheck.run(schema, ["damaged-\(number).json"], in: folder.url).status == 1, "\(damage.0)")
            }
        }
    }

    @Test func folderIsWholeAndSound() throws {
        let run = try imported()
        #expect(run.output.hasPrefix("6 of 6 classes found by their labels\n\nlevel "), "\(run.output)")
        #expect(run.output.contains("level-2  imported     2         3/2    18/12  52.62"), "\(run.output)")
        #expect(!run.errors.contains("warning: "), "\(run.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "out").path)
        #expect(
            names.sorted() == [
                "episodes-1.json", "episodes-2.json", "manifest.json", "receipt.csv", "samples.csv",
                "train-matched.csv",
            ])
        let checked = try self.run("validate", "out", "--samples", "s.csv")
        #expect(checked.status == 0, "\(checked.output)")
        #expect(
            checked.output
                == "out: no violation in 1 series of 2 levels over 6 classes and 36 samples, with 2 files of "
                + "episodes; no distance computed anew, since they were published\n")
        let noted = try self.run("validate", "out", "--features", "e.npy")
        #expect(noted.status == 0 && noted.errors.contains("those of imported splits were published"))
        // The same again changes nothing; another file in their place needs --force.
        #expect(
            try self.run("import", "birds.pkl", "--samples", "s.csv", "--name", "birds", "--out", "out").status == 0)
        try folder.edit("out/samples.csv", replacing: "Star_5", with: "Star_6")
        #expect(
            try self.run("import", "birds.pkl", "--samples", "s.csv", "--name", "birds", "--out", "out").status == 1)
        let damaged = try self.run("validate", "out")
        #expect(damaged.status == 1 && damaged.output.contains("manifest.json: dataset, sha256: found "))
    }

    /// Images under other names: the classes are imported, and it is said that the episodes are not.
    @Test func whatCannotBeFoundIsSaid() throws {
        try imported()
        let table = try String(contentsOf: folder.url.appending(path: "s.csv"), encoding: .utf8)
        try folder.write(table.replacingOccurrences(of: ".jpg,", with: ".png,"), to: "other.csv")
        let other = try run("import", "birds.pkl", "--samples", "other.csv", "--out", "other")
        #expect(other.status == 0, "\(other.errors)")
        #expect(
            other.errors.hasSuffix(
                "\nwarning: the classes are imported without the published episodes, whose 20 supports name files, such as "
                    + "\"004.Fink/Fink_1.jpg\", that are no sample of their class here, or one of several\n"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "other").path)
        #expect(names.sorted() == ["manifest.json", "receipt.csv", "samples.csv", "train-matched.csv"])
        #expect(try run("validate", "other").status == 0)
        try folder.write(table.replacingOccurrences(of: "Star_1.jpg,", with: "Star_1.png,"), to: "some.csv")
        let some = try run("import", "birds.pkl", "--samples", "some.csv", "--out", "some")
        #expect(
            some.status == 0
                && some.errors.contains(" of 20 supports of the published episodes are left out: they name"))
        #expect(try run("validate", "some").status == 0)
    }

    /// Class folders are the same dataset as the table.
    @Test func classFoldersServeAsWell() throws {
        try imported()
        let run = try run("import", "birds.pkl", "--root", "birds", "--out", "folders", "--format", "json", "-q")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        for file in ["manifest.json", "samples.csv", "episodes-2.json", "train-matched.csv"] {
            #expect(
                try Data(contentsOf: folder.url.appending(path: "folders/\(file)"))
                    == Data(contentsOf: folder.url.appending(path: "out/\(file)")), "\(file)")
        }
        #expect(Data(run.output.utf8) == (try Data(contentsOf: folder.url.appending(path: "out/manifest.json"))))
    }

    @Test func modelsAreScored() throws {
        try imported()
        let run = try run(
            "evaluate", "--splits", "out", "--embeddings", "e.npy", "--features", "e.npy", "--shots", "2",
            "--confidence", "none", "--out", "scores", "--matched-draws", "2")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("imported"), "\(run.output)")
        let results = try results(in: "scores")
        #expect(results.levels.map(\.id) == ["level-1", "level-2"])
        #expect(results.levels.map(\.origin) == ["imported", "imported"])
        #expect(results.levels.map(\.fid) == [19.16, 52.625])
        // Three and two classes of six samples, of which two are the support.
        #expect(results.levels.map { $0.fewShot?.forward?.queryCount } == [12, 8])
        // The backbone is the model here.
        for level in results.levels { #expect(level.lead()?[.recall(1)]?.value == 0) }
        let compared = try self.run("compare", "scores", "--backbone", "--out", "comparison")
        #expect(compared.status == 0, "\(compared.errors)")
        let reported = try self.run("report", "out", "scores", "--out", "report.html")
        #expect(reported.status == 0, "\(reported.errors)")
        let page = try String(contentsOf: folder.url.appending(path: "report.html"), encoding: .utf8)
        #expect(page.contains("birds.pkl") && !page.contains("Draws of each null band"))
    }

    /// Published episodes are of test classes: forward there are few-shot scores, and in reverse none.
    @Test func directionsAndFolds() throws {
        try imported()
        for direction in ["forward", "reverse"] {
            try FileManager.default.copyItem(
                at: folder.url.appending(path: "e.npy"), to: folder.url.appending(path: "\(direction).npy"))
        }
        let both = try run(
            "evaluate", "--splits", "out", "--embeddings", "{direction}.npy", "--shots", "2", "--confidence", "none",
            "--out", "both")
        #expect(both.status == 0 && both.errors.contains("no few-shot scores in reverse"), "\(both.errors)")
        for level in try results(in: "both").levels {
            #expect(level.fewShot?.forward != nil && level.fewShot?.reverse == nil)
            #expect(level.scores(of: .model)?.reverse != nil)
        }
        let fold = try run(
            "evaluate", "--splits", "out", "--embeddings", "e.npy", "--fold", "1", "--confidence", "none", "--out",
            "fold")
        #expect(fold.status == 0, "\(fold.errors)")
        #expect(try results(in: "fold").settings.split == "validation fold 1")
        let refused = try run(
            "evaluate", "--splits", "out", "--embeddings", "e.npy", "--fold", "1", "--shots", "2", "--out", "none")
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains(
                "found episodes of test classes, as published; expected no validation fold beside them"))
        let absent = try run("evaluate", "--splits", "out", "--embeddings", "e.npy", "--shots", "5", "--out", "none")
        #expect(absent.status == 1 && absent.errors.contains("episodes-5.json"), "\(absent.errors)")
        let episodes = try EditableJSON(Data(contentsOf: folder.url.appending(path: "out/episodes-2.json")))
        try folder.remove("out/receipt.csv")
        for (id, part) in [
            ("level-2", "found no episodes of level-2; expected some of every level"),
            ("level-3", "the level \"level-3\""),
        ] {
            var changed = episodes
            changed["episodes_by_level.\(id)"] = id == "level-2" ? nil : episodes["episodes_by_level.level-1"]
            try folder.write(changed.data, to: "out/episodes-2.json")
            let other = try run("evaluate", "--splits", "out", "--embeddings", "e.npy", "--shots", "2", "--out", "none")
            #expect(other.status == 1 && other.errors.contains(part), "\(other.errors)")
        }
    }

    @Test(arguments: SplitExport.Form.all)
    func everyFormIsExported(format: SplitExport.Form) throws {
        try imported()
        let run = try run(
            "export", "out", "--as", format.name, "--root", "birds", "--fold", "0", "--out", "exported")
        #expect(run.status == 0, "\(run.errors)")
        if format == .csv {
            let table = try String(contentsOf: folder.url.appending(path: "exported/level-2.csv"), encoding: .utf8)
            // Its train classes are 2, 4 and 6, of which the first is fold 0; the first class is removed.
            #expect(table.contains("\n001.Kauz/Kauz_0.jpg,001.Kauz,0,removed,"), "\(table)")
            #expect(table.contains("\n002.Möwe/Möwe_0.jpg,002.Möwe,1,validation,0,"), "\(table)")
            #expect(table.contains("\n004.Fink/Fink_0.jpg,004.Fink,3,train,1,"), "\(table)")
            #expect(table.contains("\n005.雀/雀_0.jpg,005.雀,4,test,,"), "\(table)")
        }
    }

    @Test(.enabled(if: Python.isInstalled, "python3 is not installed"))
    func pythonReadsWhatIsImported() throws {
        try imported()
        let program = """
            import sys
            sys.path.insert(0, "python")
            from oodml.splits import Splits
            splits = Splits(sys.argv[1])
            level = splits.level("level-2", fold=0)
            print(level.fid, ascii(level.train.class_labels), ascii(level.test.class_labels))
            print(ascii(splits.episodes("level-2", 1)[1]["003.Meise"]), len(splits.matched_samples("level-1")))
            """
        let run = try Python.run(["-c", program, folder.url.appending(path: "out").path])
        #expect(
            run.output == "52.625 ['004.Fink', '006.Star'] ['002.M\\xf6we']\n['003.Meise/Meise_2.jpg'] 18\n",
            "\(run.output)")
    }

    @Test func whatIsWrongIsSaid() throws {
        let hostile = try run("import", "hostile.pkl", "--samples", "s.csv", "--out", "none")
        #expect(hostile.status == 1 && hostile.output.isEmpty)
        #expect(
            hostile.errors.contains("hostile.pkl: cannot be read as a pickle of published splits: at byte ")
                && hostile.errors.contains("it names posix.system, which would be run"), "\(hostile.errors)")
        #expect(hostile.errors.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "touched").path))
        let alone = try run("import", "birds.pkl", "--out", "none")
        #expect(alone.status == 64 && alone.errors.contains("expected the dataset of the splits"), "\(alone.errors)")
        try folder.write("sample,class\na,001.Kauz\nb,002.Möwe\n", to: "few.csv")
        let few = try run("import", "birds.pkl", "--samples", "few.csv", "--out", "none")
        #expect(few.status == 1)
        #expect(
            few.errors.contains(
                "birds.pkl: found the class \"003.Meise\", which is no class of few, as 3 others of 6; expected classes "
                    + "named as its 2 classes are, such as \"001.Kauz\""), "\(few.errors)")
        // Splits are imported by a command, not made by a protocol.
        let made = try run("make-splits", "--features", "e.npy", "--samples", "s.csv", "--protocol", "imported")
        #expect(made.status == 64, "\(made.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "none").path))
    }
}
