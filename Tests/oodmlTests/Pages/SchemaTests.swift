import Datasets
import DenseLinearAlgebra
import Embeddings
import Foundation
import Glyphs200
import Retrieval
import TestSupport
import Testing

/// What oodml writes as JSON is what the published schemas say, by Debian's jsonschema.
@Suite(.enabled(if: SchemaCheck.isInstalled, "python3-jsonschema is not installed"))
struct SchemaTests {
    private let folder: TemporaryFolder

    /// Every kind of file, made of twenty-four noisy classes in six superclasses, and of images.
    private static let commands = [
        "make-splits --features f.npy --samples s.csv --out splits --min-classes 5 --replicates 2 --unit superclass "
            + "--start random",
        "make-splits --features f.npy --samples s.csv --out reference --protocol milbich2021 --ridge 1e-8 --draws 0",
        "make-splits --features f.npy --samples s.csv --out targets --targets 10,20 --tolerance 0.1 --folds 0",
        "make-splits --root images --backbone BACKBONE --out images-splits --exif-orientation --draws 0 --resize 70x64 "
            + "--interpolation bicubic --spacing fid",
        "holdout --features f.npy --samples s.csv --out holdout --ratio 60/20/20 --stratify superclass --pin pins.csv",
        "holdout --features f.npy --samples s.csv --out median --ratio 3/1 --difficulty median --draws 0",
        "evaluate --splits holdout --embeddings f.npy --features f.npy --out held-out --matched-draws 0",
        "embed --root images --backbone BACKBONE --out store",
        "embed --root images --backbone BACKBONE --out part --shard 1/2",
        "evaluate --splits splits --embeddings f.npy --features f.npy --out plain",
        "evaluate --splits splits --embeddings noisy-{seed}.npy --seeds 1,2 --features f.npy --out noisy",
        "evaluate --splits splits --embeddings f.npy --features f.npy --out tricked --shots 2 --rerank --mix-raw 0.5 "
            + "--embedding-dim 3 --confidence fixed-gallery-bootstrap --recall-at 1,3",
        "evaluate --splits splits --embeddings f.npy --out fold --fold 0 --confidence none --matched-draws 0",
        "evaluate --splits images-splits --root images --backbone BACKBONE --model BACKBONE --out networks "
            + "--matched-draws 2",
        "make-splits --features f.npy --samples roles.csv --out divided --min-classes 5 --draws 0",
        "evaluate --splits divided --embeddings f.npy --out roles",
        "make-splits --features f.npy --samples grouped.csv --out grouped --min-classes 5",
        "evaluate --splits grouped --embeddings f.npy --out across --across-groups --precision-at 3 --mrr-at 2 --map-at 5",
        "make-splits --features f.npy --samples s.csv --out ordered --order superclass --min-classes 5",
        "make-splits --features f.npy --samples s.csv --out directions --replicates 2 --replicates-by direction "
            + "--min-classes 5 --draws 0",
        "make-splits --features f.npy --samples s.csv --out near --order near --draws 0",
        "evaluate --splits ordered --embeddings f.npy --features f.npy --out along",
        "evaluate --splits near --embeddings f.npy --features f.npy --out from-near --shots 2",
        "compare along --backbone --out compared-along",
        "train --splits splits --features f.npy --out heads --objective proxy-anchor,triplet --steps 20 --seeds 0,1 --tune 2",
        "train --splits splits --features f.npy --out left-out --objective contrastive --steps 20 --fold 0 --hidden 5",
        "evaluate --splits splits --features f.npy --heads heads --out scored-heads --matched-draws 0",
        "axis splits --features f.npy --also noisy-1.npy --results plain --results noisy --out axis",
        "axis holdout --also noisy-1.npy --draws 0 --sample-limit 20 --out axis-holdout",
        "compare plain noisy --backbone --out compared",
        "compare scored-heads/triplet scored-heads/proxy-anchor --out compared-heads",
    ]

    private static let files = [
        "manifest-2": [
            "splits/manifest.json", "splits/replicate-2/manifest.json", "reference/manifest.json",
            "targets/manifest.json", "images-splits/manifest.json", "grouped/manifest.json", "holdout/manifest.json",
            "median/manifest.json", "by-areas/manifest.json", "ordered/manifest.json", "near/manifest.json",
            "directions/replicate-2/manifest.json",
        ],
        "episodes-1": ["splits/episodes-2.json", "splits/episodes-5.json"],
        "replicates-1": ["splits/replicates.json", "directions/replicates.json"],
        "store-1": ["store/store.json", "part/store.json"],
        "results-4": [
            "plain/results.json", "noisy/seed-1/results.json", "tricked/results.json", "fold/results.json",
            "networks/results.json", "roles/results.json", "across/results.json", "held-out/results.json",
            "scored-heads/triplet/seed-1/results.json", "along/results.json", "from-near/results.json",
        ],
        "axis-1": ["axis/axis.json", "axis-holdout/axis.json"],
        "comparison-1": [
            "compared/comparison.json", "compared-heads/comparison.json", "compared-along/comparison.json",
        ],
        "distance-1": ["distance.json"], "score-1": ["score.json", "gallery.json"],
        "scores-1": ["scores.json"], "growth-1": ["growth.json"],
        "places-1": ["places.json", "two-places.json", "curve.json"],
        "verification-1": ["verification.json", "listed.json", "open.json"],
        "validation-1": ["sound.json", "unsound.json"], "datasets-1": ["datasets.json"],
        "splits-1": ["splits.json"], "published-1": ["published.json"],
        "retrieval-examples-1": ["plain/retrieval-examples.json", "noisy/seed-2/retrieval-examples.json"],
        "training-1": ["heads/training.json", "left-out/training.json"], "objectives-1": ["objectives.json"],
        "study-1": ["study/study.json"], "answer-1": ["answer.json"],
        "export-1": ["export.json"], "report-1": ["report.json"],
        "completions-1": ["completions.json"],
    ]

    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 77)
        var table = "sample,class,superclass\n"
        var rows: [[Float]] = []
        for number in 0..<24 {
            let centre = (0..<6).map { _ in 2 * rng.bell() }
            // One class has too few samples for any support.
            for i in 0..<(number == 23 ? 2 : 8) {
                table += "\(number)-\(i),class \(10 + number),\(number % 8)\n"
                rows.append(centre.map { Float($0 + rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write("class,part\nclass 10,test\nclass 11,val\n", to: "pins.csv")
        let lines = table.split(separator: "\n")
        let divided = lines.map { "\($0),\($0 == lines[0] ? "role" : $0.contains("-0,") ? "query" : "gallery")\n" }
        try folder.write(divided.joined(), to: "roles.csv")
        let grouped = lines.enumerated().map { "\($1),\($0 == 0 ? "group" : "g\($0 / 2)")\n" }
        try folder.write(grouped.joined(), to: "grouped.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        for run in 1...2 {
            let noisy = rows.map { $0.map { $0 + Float(rng.bell()) } }
            try folder.write(Matrix(rows: noisy).numpyFile, to: "noisy-\(run).npy")
        }
        let images = folder.url.appending(path: "images")
        try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: EmbeddedBenchmark.images.appending(path: "thai"), to: images.appending(path: "thai"))
        for command in Self.commands {
            let arguments = command.split(separator: " ").map {
                $0 == "BACKBONE" ? EmbeddedBenchmark.backbone.path : "\($0)"
            }
            let run = try CommandRun(arguments + ["-q"], in: folder.url)
            try #require(run.status == 0, "\(command): \(run.errors)")
        }
        func print(_ command: String, to file: String, status: Int32 = 0) throws {
            let run = try CommandRun(
                command.split(separator: " ").map(String.init), in: folder.url,
                environment: ["HOME": folder.url.path, "XDG_DATA_HOME": "", "BASH_COMPLETION_USER_DIR": ""])
            try #require(run.status == status, "\(command): \(run.errors)")
            try folder.write(run.output, to: file)
        }
        try print(
            "study --features f.npy --samples s.csv --out study --levels 3 --objective triplet,arcface --steps 20 --format json -q",
            to: "answer.json")
        try print("distance f.npy f.npy --format json", to: "distance.json")
        try print("score f.npy --labels s.csv --milbich2021 --format json", to: "score.json")
        try print(
            "score f.npy --labels s.csv --gallery f.npy --gallery-labels s.csv --no-clusters --format json",
            to: "gallery.json")
        try print("score f.npy noisy-1.npy noisy-2.npy --labels s.csv --format json", to: "scores.json")
        try print("grow f.npy --labels s.csv --forecast 48,500 --format json", to: "growth.json")
        let positions = table.split(separator: "\n").enumerated().map { number, line in
            "\(line.split(separator: ",")[0]),\(number == 0 ? "x,y" : "\(number % 14 * 40),\(number / 14 * 40)")\n"
        }
        try folder.write(positions.joined(), to: "positions.csv")
        try print("places f.npy --positions positions.csv --radius 40 --area 100 --format json", to: "places.json")
        try print(
            "places f.npy noisy-1.npy --positions positions.csv --radius 30 --format json", to: "two-places.json")
        try print(
            "make-splits --features f.npy --positions positions.csv --grid 90 --gap 9 --out by-areas --draws 0 --folds 0 "
                + "--shots 0 --min-classes 5 --format json -q", to: "by-areas.json")
        try print(
            "places f.npy --positions positions.csv --splits by-areas --radius 40 --format json", to: "curve.json")
        let listed = (1..<8).map { "0-0,0-\($0),1,\($0 % 2)\n0-0,\($0)-0,0,\($0 % 2)\n" }
        try folder.write("a,b,same,fold\n" + listed.joined(), to: "pairs.csv")
        try print("verify f.npy noisy-1.npy --labels s.csv --format json", to: "verification.json")
        try print("verify f.npy --labels s.csv --pairs pairs.csv --far-at 0.5,0.01 --format json", to: "listed.json")
        // Of the first twelve classes, without the names of samples, which are other ones.
        let enrolled = lines.prefix(97).map { "\($0.split(separator: ",")[1])\n" }
        try folder.write(enrolled.joined(), to: "enrolled.csv")
        try folder.write(Matrix(rows: Array(rows.prefix(96))).numpyFile, to: "enrolled.npy")
        try print(
            "verify noisy-1.npy --labels s.csv --gallery enrolled.npy --gallery-labels enrolled.csv --format json",
            to: "open.json")
        try print("datasets --format json", to: "datasets.json")
        try print("splits --format json", to: "splits.json")
        try FileManager.default.copyItem(
            at: repositoryFolder.appending(path: "splits/cars196-milbich2021/published.json"),
            to: folder.url.appending(path: "published.json"))
        try print("train --list --format json", to: "objectives.json")
        try print("export splits --as oml --format json", to: "export.json")
        try print("report splits plain --out page.html --format json", to: "report.json")
        try print("completions install --shell bash --format json", to: "completions.json")
        try print("validate splits --format json", to: "sound.json")
        try FileManager.default.copyItem(
            at: folder.url.appending(path: "splits"), to: folder.url.appending(path: "broken"))
        var manifest = try EditableJSON(Data(contentsOf: folder.url.appending(path: "broken/manifest.json")))
        manifest["levels.0.fid"] = 1e6
        try folder.write(manifest.data, to: "broken/manifest.json")
        try print("validate broken --format json", to: "unsound.json", status: 1)
    }

    @Test func everythingThatIsWrittenIsValidAndNothingDamagedIs() throws {
        #expect(Set(Self.files.keys) == Set(try SchemaCheck.names))
        for (schema, paths) in Self.files.sorted(by: { $0.key < $1.key }) {
            let run = try SchemaCheck.run(schema, paths, in: folder.url)
            #expect(run.status == 0, "\(run.output) \(run.errors)")
            let damaged = try paths.flatMap { try damage($0, by: schema) }
            #expect(damaged.count >= 3, "\(schema)")
            let refused = try SchemaCheck.run(schema, damaged, in: folder.url)
            #expect(refused.status == 1, "\(refused.errors)")
            for path in damaged { #expect(refused.output.contains("\(path): "), "\(path) is valid by \(schema)") }
        }
    }

    /// Copies of a file, each with one thing wrong.
    private func damage(_ path: String, by schema: String) throws -> [String] {
        var root = ""
        let original = try EditableJSON(Data(contentsOf: folder.url.appending(path: path)))
        if original["0"] != nil { root = "0." }
        var changes: [(String, Any?)] = [(root + "unheard_of", 1)]
        let known: [String: [(String, Any?)]] = [
            "manifest-2": [
                ("schema_version", 3), ("levels", nil), ("levels.0.fid", -1), ("levels.0.origin", "elsewhere"),
                ("levels.0.train", "a"), ("levels.0.extra", 1), ("protocol.seed", -1),
                ("dataset.sha256", "abc"), ("dataset.class_count", 1.5), ("embeddings.dimension", 0),
                ("levels.0.train_matched.extra", true),
            ],
            "episodes-1": [("shots", 0), ("episodes", nil), ("left_out", [1]), ("seed", "0")],
            "replicates-1": [("pairs", nil), ("series.0.seed", -1), ("pairs.0.adjusted_rand_indices", [2])],
            "store-1": [("identity.samples_sha256", nil), ("row_count", -1), ("identity.embeddings.source", "guess")],
            "results-4": [
                ("schema_version", 2), ("gains", nil), ("costs_of_shift", nil), ("metrics", ["recall@0"]),
                ("settings.similarity", "dot"),
                ("levels.0.scores.full.model.mean.recall@1", 1.5), ("levels.0.scores.full.model.mean.recal@1", 1),
                ("levels.0.scores.full", nil), ("curves.0.over", "time"), ("levels.0.step", -1),
                ("settings.confidence.kind", "guess"),
            ],
            "comparison-1": [
                ("models.0.levels.0.rank", 0), ("pairs.0.levels.0.p", 2), ("direction", "up"), ("models", [Any]()),
                ("models.0.ags.standard_error", -1), ("models.0.places_moved", -1),
            ],
            "distance-1": [("frechet", "1"), ("n_a", 1), ("warnings", nil)],
            "score-1": [
                ("recall@1", 2), ("recall@0", 1), ("class_averaged", nil), ("distance", "dot"),
                ("intervals.recall@1.standard_error", -1), ("intervals_over", "time"),
            ],
            "scores-1": [
                ("models", [Any]()), ("models.0.name", nil), ("models.1.recall@1", 2), ("pairs.0.first", nil),
                ("pairs.0.differences.map@r.p", 2),
            ],
            "growth-1": [
                ("known", [Any]()), ("known.0.recall@1.value", 2), ("forecasts.0.error", -1),
                ("forecasts.1.tried_by", nil),
                ("classes", 0), ("intervals_over", "time"),
            ],
            "places-1": [
                ("models", [Any]()), ("models.0.name", nil), ("radius", -1), ("coordinates", "feet"), ("areas", nil),
                ("models.0.levels", [Any]()), ("models.0.dimensions", 0),
            ],
            "axis-1": [
                ("embeddings", [Any]()), ("embeddings.0.bandwidth", 0),
                ("embeddings.0.levels.0.measures.frechet.value", "1"),
                ("embeddings.0.levels.0.novelty.forward.q10", -1), ("agreement.0.kendall", 2), ("answer", nil),
            ],
            "verification-1": [
                ("models", [Any]()), ("models.0.eer.value", 2), ("models.0.thresholds.0.far", 0),
                ("models.0.auroc_error", nil), ("intervals_over", "time"),
            ],
            "validation-1": [("checked.levels", nil), ("violations", nil), ("checked.series", 0)],
            "retrieval-examples-1": [
                ("schema_version", 2), ("tasks.0.examples.0.place", "first"), ("tasks.0.examples.0.score", 2),
                ("tasks.0.examples.0.neighbours.0.class", nil),
            ],
            "training-1": [
                ("schema_version", 2), ("objectives", [Any]()), ("objectives.0.steps", 0), ("seeds", [-1]),
                ("features.sha256", "abc"), ("directions", ["up"]),
            ],
            "objectives-1": [
                ("0.name", nil), ("0.paper", 1), ("0.parameters.0.meaning", nil), ("0.parameters.0.allowed", [1]),
            ],
            "study-1": [("schema_version", 2), ("steps.0.key", "abc"), ("steps.0.command", "rm"), ("settings", nil)],
            "answer-1": [("answer", [Any]()), ("models.0.easiest", 2), ("page", nil)],
            "export-1": [("form", "zip"), ("link_count", -1)], "report-1": [("page", nil), ("charts", "a.svg")],
            "completions-1": [("shell", "csh"), ("changed", "yes")],
            "splits-1": [("0.fid.least", -1), ("0.command", nil), ("0.levels", 0)],
            "published-1": [
                ("schema_version", 2), ("levels.0.train", ["a"]), ("levels.0.split_val", nil), ("source.sha256", "abc"),
                ("classes", ["a", "a"]), ("levels.0.test_episodes.two", [Any]()),
            ],
            "datasets-1": [("0.counts.samples", -1), ("0.title", nil), ("0.layout.0.size", 3)],
        ]
        changes += known[schema] ?? []
        if schema == "manifest-2" {
            changes +=
                original["parts"] == nil
                ? [("protocol.spacing", nil), ("parts", [Any]())]
                : [
                    ("parts", nil), ("parts.test.class_count", 0), ("protocol.holdout", nil),
                    ("protocol.holdout.difficulty", "at"),
                ]
        }
        return try changes.enumerated().map { number, change in
            var json = original
            json[change.0] = change.1
            let copy = "damaged/\(schema)-\(path.replacingOccurrences(of: "/", with: "-"))-\(number).json"
            try folder.write(json.data, to: copy)
            return copy
        }
    }
}

/// The files in the repository.
@Suite(.enabled(if: SchemaCheck.isInstalled, "python3-jsonschema is not installed"))
struct PublishedFilesTests {
    @Test func publishedFilesAreValid() throws {
        for (schema, path) in [
            ("manifest-2", "splits/glyphs200/manifest.json"), ("episodes-1", "splits/glyphs200/episodes-5.json"),
            ("results-4", "splits/glyphs200/example/results.json"),
            ("comparison-1", "splits/glyphs200/heads/comparison.json"),
        ] {
            let run = try SchemaCheck.run(schema, [path], in: Repository.folder)
            #expect(run.status == 0, "\(run.output) \(run.errors)")
        }
    }

    @Test func whatIsNoJSONIsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"frechet\": NaN}", to: "nan.json")
        let run = try SchemaCheck.run("distance-1", ["nan.json"], in: folder.url)
        #expect(run.status == 1 && run.output.contains("NaN is no JSON"))
    }
}

/// What the schemas say of themselves.
@Suite struct SchemaDescriptionTests {
    @Test(arguments: try SchemaCheck.names)
    func everyPropertyIsDescribed(_ name: String) throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: SchemaCheck.data(of: name)) as? [String: Any])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let parts = name.split(separator: "-")
        let stem = parts.dropLast().joined(separator: "-")
        #expect(schema["$id"] as? String == "urn:oodml:schema:\(stem):\(parts[parts.count - 1])")
        let definitions = schema["$defs"] as? [String: [String: Any]] ?? [:]
        var count = 0
        func check(_ value: Any, at place: String) {
            if let list = value as? [Any] { for (i, item) in list.enumerated() { check(item, at: "\(place)[\(i)]") } }
            guard let object = value as? [String: Any] else { return }
            if object["type"] as? String == "object", !place.contains(".if") {
                #expect(object["additionalProperties"] != nil, "\(name): \(place) takes any property")
            }
            for (key, property) in object["properties"] as? [String: [String: Any]] ?? [:]
            where !place.hasSuffix(".if") {
                count += 1
                let reference = (property["$ref"] as? String).flatMap {
                    definitions["\($0.dropFirst("#/$defs/".count))"]
                }
                let words = property["description"] as? String ?? reference?["description"] as? String
                #expect(words?.isEmpty == false, "\(name): \(place).\(key) has no description")
            }
            for (key, child) in object { check(child, at: "\(place).\(key)") }
        }
        check(schema, at: "")
        #expect(count >= 2)
    }

    /// Every pattern of metrics' names has the name of every metric.
    @Test func everyMetricIsInEveryPattern() throws {
        var patterns: [String] = []
        func collect(_ value: Any) {
            if let text = value as? String { patterns.append(text) }
            for item in value as? [Any] ?? [] { collect(item) }
            for (key, item) in value as? [String: Any] ?? [:] { [key, item].forEach(collect) }
        }
        for name in try SchemaCheck.names {
            collect(try JSONSerialization.jsonObject(with: SchemaCheck.data(of: name)))
        }
        patterns = patterns.filter { $0.hasPrefix("^(recall@") }
        #expect(patterns.count >= 10)
        for pattern in Set(patterns) {
            let expression = try Regex(pattern)
            for metric in RetrievalMetric.ofEveryFamily {
                #expect(metric.name.wholeMatch(of: expression) != nil, "\(metric) is not of \(pattern)")
            }
            #expect("recall@0".wholeMatch(of: expression) == nil)
        }
    }

    @Test func everySchemaIsListed() throws {
        let page = try String(
            contentsOf: SchemaCheck.folder.deletingLastPathComponent().appending(path: "Schemas.md"), encoding: .utf8)
        for name in try SchemaCheck.names { #expect(page.contains("[\(name)](Schemas/\(name).schema.json)")) }
    }
}

/// `Scripts/check_json.py` by Debian's Python, since another one on PATH may lack the validator.
enum SchemaCheck {
    static let folder = Repository.folder.appending(path: "Sources/oodml/Documentation.docc/Schemas")
    private static let python = URL(filePath: "/usr/bin/python3")

    static var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                .map { $0.replacingOccurrences(of: ".schema.json", with: "") }
        }
    }

    static func data(of schema: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: "\(schema).schema.json"))
    }

    static let isInstalled = (try? CommandRun(["-c", "import jsonschema"], program: python))?.status == 0

    static func run(_ schema: String, _ files: [String], in place: URL) throws -> CommandRun {
        let script = Repository.folder.appending(path: "Scripts/check_json.py").path
        return try CommandRun(["-B", script, schema] + files, in: place, program: python)
    }
}
