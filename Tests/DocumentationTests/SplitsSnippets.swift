import Datasets
import DenseLinearAlgebra
import Embeddings
import Frechet
import Splits
import TestSupport
import Testing

/// Snippets of the splits, over twenty noisy classes.
@Suite struct SplitsSnippets {
    private let dataset: Dataset
    private let embeddings: Matrix<Float>
    private let settings: SplitSettings

    init() throws {
        var generator = SplitMix64(seed: 8)
        let centres = (0..<20).map { _ in (0..<4).map { _ in 2 * generator.bell() } }
        let rows = (0..<160).map { i in centres[i % 20].map { Float($0 + generator.bell()) } }
        dataset = try Dataset(
            name: "noisy", samples: (0..<160).map { Sample(id: "\($0)", classLabel: "class \(10 + $0 % 20)") })
        embeddings = Matrix(rows: rows)
        settings = SplitSettings(.search(SearchSettings(removal: .init(minimumClassCount: 5))))
    }

    @Test func series() throws {
        let lines = try printed {
            // snippet
            let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)  // n × d, one row a sample
            var settings = SplitSettings()
            settings.search.removal.minimumClassCount = 5
            let series = try SplitSeries(of: embedded, by: settings)
            for (level, controls) in zip(series.levels, series.controls?.levels ?? []) {
                print(level.arm, level.distance.squared, controls.excess, controls.isShift as Any)
            }
            // end
            #expect(series.settings.search.removal == self.settings.search.removal)
        }
        #expect(lines.count >= 5 && lines.contains { $0.hasPrefix("removal ") })
    }

    @Test func measurements() throws {
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let series = try SplitSeries(of: embedded, by: settings)
        let lines = try printed {
            // snippet
            let measurements = try ShiftMeasurements(of: series.levels.map(\.partition), over: embedded)
            for level in measurements.levels {
                print(level.values[.frechet]?.value ?? 0, level.values[.energy]?.value ?? 0)
            }
            // end
        }
        #expect(lines.count == series.levels.count && !lines.contains { $0.hasSuffix(" 0.0") })
    }

    @Test func compositions() throws {
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let lines = try printed {
            // snippet
            let series = try SplitSeries(of: embedded, by: settings)
            for (level, composition) in zip(series.levels, series.compositions) {
                let column = composition.columns.first { $0.isBeyondRandom }
                let ends = composition.direction.map { [$0.train.classes[0].label, $0.test.classes[0].label] }
                print(level.arm, column?.column ?? "no column", ends ?? [])
            }
            // end
        }
        #expect(lines.count >= 5 && lines.allSatisfy { $0.contains(" no column [\"class ") })
    }

    @Test func settingsFieldByField() throws {
        // snippet
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 5
        settings.levels = .evenly(5, in: .excess)
        settings.nullDraws = 40
        // end
        try settings.validate()
        #expect(settings.search == self.settings.search && settings.levels.count == 5)
    }

    @Test func holdOuts() throws {
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let lines = try printed {
            // snippet
            let settings = HoldOutSettings(ratio: PartRatio(train: 70, validation: 10, test: 20))
            let holdOut = try HoldOut(of: embedded, by: settings)
            print(holdOut.distance.squared, holdOut.classes(in: .test).count)
            // end
        }
        #expect(lines.count == 1 && lines[0].hasSuffix(" 4"))
        // snippet
        var settings = HoldOutSettings(ratio: PartRatio(train: 70, validation: 10, test: 20))
        settings.measure = .samples
        settings.difficulty = .median
        // end
        #expect(try HoldOut(of: embedded, by: settings).classes(in: .validation).count == 2)
    }

    @Test func levels() throws {
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let lines = try printed {
            // snippet
            let progression = try Progression(of: embedded, by: settings)
            for level in progression.levels(count: 5) {
                print(level.arm, level.step, level.distance.squared)
            }
            // end
            // snippet
            let reachable = progression.keptSteps.map(\.distance.squared)
            let middle = (reachable[0] + reachable[reachable.count - 1]) / 2
            let levels = try progression.levels(at: [middle], tolerance: 0.02, of: embedded)
            print(levels[0].distance.squared, "for", middle)
            // end
            #expect(abs(levels[0].distance.squared - middle) <= 0.02 * middle)
        }
        #expect(lines.count >= 4 && lines.contains { $0.hasPrefix("start 0 ") }, "\(lines)")
    }

    @Test func controls() throws {
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let lines = try printed {
            // snippet
            let progression = try Progression(of: embedded, by: settings)
            let levels = progression.levels(count: settings.levels.count)
            let controls = try ShiftControls(of: levels, in: progression, over: embedded, by: settings)
            for (level, control) in zip(levels, controls.levels) {
                print(level.distance.squared, control.null.mean, control.excess, control.holdout?.p ?? 1)
            }
            // end
            for (level, control) in zip(levels, controls.levels) {
                #expect(abs(level.distance.squared - control.null.mean - control.excess) < 1e-6)
            }
        }
        #expect(lines.count >= 5)
    }

    @Test func exports() throws {
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let manifest = SplitManifest(
            generator: "tests", series: try SplitSeries(of: embedded, by: settings),
            provenance: EmbeddingProvenance(source: .features, file: "f.npy", sha256: "0", dimension: 4))
        let files = try printed {
            // snippet
            let export = try SplitExport(of: manifest, in: dataset, as: .csv)
            for file in export.files { print(file.path) }  // level-1.csv and so on
            // end
        }
        #expect(files == manifest.levels.map { "\($0.id).csv" })
        let forms = printed {
            // snippet
            for form in SplitExport.Form.all { print(form.name, form.hasImages ? "links to images" : "tables") }
            // end
        }
        #expect(forms.contains("csv tables") && forms.contains("imagefolder links to images"))
    }
}
