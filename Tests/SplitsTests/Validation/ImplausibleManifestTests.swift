import Files
import Foundation
import Splits
import TestSupport
import Testing

/// Manifests that somebody changed: read, or refused in one sentence that says where.
@Suite struct ImplausibleManifestTests {
    private let splits: ValidatedSplits

    init() throws {
        splits = try ValidatedSplits()
    }

    private func sentence(_ change: (inout EditableJSON) throws -> Void) throws -> String? {
        var changed = splits.json
        try change(&changed)
        let folder = try TemporaryFolder()
        let file = try folder.write(changed.data, to: "manifest.json")
        do {
            _ = try SplitManifest(readingFrom: file)
            return nil
        } catch let error as FileError {
            return error.description.dropping("\(file.path): cannot be read as a split manifest: ")
        }
    }

    @Test func soundManifestsAreRead() throws {
        #expect(try sentence { _ in } == nil)
        // What does not fit is for `validate`.
        #expect(try sentence { $0["levels.1.fid"] = 0 } == nil)
    }

    @Test(arguments: [
        ("fid", -1.5), ("fid", 1e308), ("fid_mean_part", -1e308), ("excess", 1e200), ("kernel_discrepancy", -1e301),
        ("null.mean", -1e308), ("null.sd", -1.5), ("null.sd", 1e308), ("null.q95", 1e101), ("null.p", 1.5),
        ("null.p", -0.5), ("holdout.fid", -1.5), ("holdout.null_mean", 1e308), ("holdout.null_sd", -1.5),
        ("holdout.p", 2.5), ("composition.columns.0.difference", 1.5), ("composition.columns.0.random_mean", -0.5),
        ("composition.columns.0.p", 1.5), ("composition.columns.0.values.0.train", 2.5),
        ("composition.columns.0.values.0.test", -1.5), ("composition.direction.separation", 1.5),
        ("composition.direction.test.classes.0.position", 1e101),
    ])
    func numbersThatNoSplitsHave(path: String, value: Double) throws {
        let found = try sentence { $0["levels.2.\(path)"] = value }
        #expect(found?.hasPrefix("levels.2.\(path) is \(value); expected ") == true, "\(found ?? "read")")
    }

    @Test(arguments: [
        "levels.2.step", "levels.2.train_sample_count", "levels.2.test_sample_count",
        "levels.2.train_matched.sample_count", "dataset.sample_count", "dataset.class_count", "embeddings.dimension",
        "controls.draw_count", "controls.singleton_class_count",
    ])
    func countsThatNoSplitsHave(path: String) throws {
        for value in [-1, Int.max] {
            let found = try sentence { $0[path] = value }
            #expect(found == "\(path) is \(value); expected 0 to 1000000000000")
        }
    }

    @Test(arguments: [
        "", ".", "..", "../../victim/id", "x/../../../../victim/id", "/etc/passwd", "a/b", "a\\b", ".hidden", "a\0b",
        "a\nb", "\u{1B}[31m", "x.", "x ", "a:b", "a\u{202E}b", "a\u{600}/\u{301}b",
        String(repeating: "é", count: 101), "LEVEL-2",
    ])
    func idsThatCannotBeNamesOfFiles(id: String) throws {
        let found = try sentence { $0["levels.2.id"] = id }
        #expect(found?.contains(".id is \"") == true, "\(found ?? "read")")
        #expect(found?.unicodeScalars.contains { $0.value < 0x20 } == false)
    }

    @Test(arguments: [
        "level-2", "Easy one", "niveau-é", "硬い", "CUB (1)", "-x", "level-10%25", "a~b",
        String(repeating: "x", count: 200),
    ])
    func idsThatCanBeNamesOfFiles(id: String) throws {
        #expect(try sentence { $0["levels.2.id"] = id == "level-2" ? "level-20" : id } == nil)
    }
}
