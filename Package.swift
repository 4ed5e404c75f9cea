// swift-tools-version: 6.1

import PackageDescription

let package = Package(
    name: "oodml",
    products: [
        .executable(name: "oodml", targets: ["oodml"]),
        // A product has the modules that its users import: those of its types, and those of the types in their
        // declarations. With features in a file, these are enough; from the system they need only OpenBLAS, LAPACKE and
        // zlib.
        .library(name: "Frechet", targets: ["Frechet", "Embeddings", "DenseLinearAlgebra", "Files", "Parallel"]),
        .library(
            name: "Splits",
            targets: [
                "Splits", "Frechet", "Datasets", "Embeddings", "DenseLinearAlgebra", "Statistics", "Files", "Parallel",
            ]),
        .library(name: "Retrieval", targets: ["Retrieval", "DenseLinearAlgebra", "Statistics"]),
        .library(
            name: "Evaluation", targets: ["Evaluation", "Retrieval", "DenseLinearAlgebra", "Statistics", "Files"]),
        .library(name: "Reports", targets: ["Reports", "Evaluation", "Splits", "Files"]),
        // Makes splits, fills stores and scores models, as the command does; networks come in through a protocol.
        .library(
            name: "Experiments",
            targets: [
                "Experiments", "Reports", "Evaluation", "HeadTraining", "Retrieval", "Splits", "Frechet", "Embeddings",
                "Datasets",
                "DenseLinearAlgebra", "Statistics", "Files", "Parallel",
            ]),
        // Trains heads on features; the modules of the types in its declarations are with it.
        .library(
            name: "HeadTraining",
            targets: ["HeadTraining", "Differentiation", "DenseLinearAlgebra", "Statistics", "Files"]),
        // Needs OpenVINO and the image codecs as well.
        .library(name: "FeatureExtraction", targets: ["FeatureExtraction", "Embeddings"]),
        // For executables: what the command does before its libraries are initialised.
        .library(name: "ProgramStart", targets: ["CStartup"]),
    ],
    traits: [
        .trait(
            name: "MPI", description: "Divides the work of one command among the processes that mpirun or srun starts.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2")
    ],
    targets: [
        // MARK: C
        .systemLibrary(
            name: "CLAPACK", pkgConfig: "lapacke openblas",
            providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CDigest"),
        .target(name: "CRanks"),
        .target(name: "CHeadTraining"),
        .target(name: "CFileSystem"),
        .target(name: "CBLASStart"),
        // The header of the shared library.
        .target(name: "CInterface"),
        // In executables only.
        .target(name: "CStartup", dependencies: ["CBLASStart"]),
        .target(
            name: "CMPI", dependencies: [.target(name: "CMPILibrary", condition: .when(traits: ["MPI"]))],
            cSettings: [.define("OODML_MPI", .when(traits: ["MPI"]))]),
        // Debian's name for the MPI in use; others call theirs mpich, or ompi-c.
        .systemLibrary(
            name: "CMPILibrary", pkgConfig: Context.environment["OODML_MPI"] ?? "mpi-c",
            providers: [.apt(["libopenmpi-dev"])]),
        .systemLibrary(name: "COpenVINO", pkgConfig: "openvino_c"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CImageCodecs",
            linkerSettings: ["jpeg", "png", "webp", "gif", "tiff"].map { .linkedLibrary($0) }),

        // MARK: The ground floor
        .target(name: "Ranks"),
        .target(name: "Files", dependencies: ["Ranks", "CDigest", "CFileSystem", "CZlib"]),
        .target(name: "Statistics"),
        .target(name: "Parallel", dependencies: ["Ranks", "Files", "CLAPACK", "CBLASStart"]),
        .target(name: "Pickle", dependencies: ["Files"]),
        .target(name: "DenseLinearAlgebra", dependencies: ["Parallel", "Files", "CLAPACK", "CMalloc"]),

        .target(name: "Differentiation", dependencies: ["DenseLinearAlgebra"]),

        // MARK: The pipeline, in the order in which data flows through it
        .target(name: "Datasets", dependencies: ["Files"]),
        .target(name: "Embeddings", dependencies: ["Datasets", "Files", "DenseLinearAlgebra", "CZlib"]),
        .target(
            name: "FeatureExtraction",
            dependencies: ["Embeddings", "Files", "DenseLinearAlgebra", "COpenVINO", "CImageCodecs"]),
        .target(
            name: "HeadTraining",
            dependencies: [
                "CHeadTraining", "Differentiation", "Embeddings", "Files", "Statistics", "Parallel",
                "DenseLinearAlgebra",
            ]),
        .target(name: "Frechet", dependencies: ["Ranks", "DenseLinearAlgebra", "Parallel"]),
        .target(
            name: "Splits",
            dependencies: [
                "Ranks", "Frechet", "Embeddings", "Datasets", "Pickle", "Files", "Statistics", "Parallel",
                "DenseLinearAlgebra",
            ]),
        .target(name: "Retrieval", dependencies: ["CRanks", "Ranks", "Statistics", "Parallel", "DenseLinearAlgebra"]),
        .target(
            name: "Evaluation",
            dependencies: [
                "Ranks", "Retrieval", "Embeddings", "Datasets", "Files", "Statistics", "Parallel", "DenseLinearAlgebra",
            ]),
        .target(
            name: "Reports",
            dependencies: ["Splits", "Embeddings", "Evaluation", "Retrieval", "Datasets", "Files", "Statistics"],
            resources: [.embedInCode("Resources/report.css"), .embedInCode("Resources/report.js")]),

        // MARK: The verbs
        .target(
            name: "Experiments",
            dependencies: [
                "Ranks", "Reports", "Evaluation", "HeadTraining", "Retrieval", "Splits", "Frechet", "Embeddings",
                "Datasets",
                "Files", "CFileSystem",
                "Statistics",
                "Parallel",
                "DenseLinearAlgebra",
            ]),

        // MARK: The embedded benchmark
        .target(
            name: "Glyphs200",
            dependencies: ["CFileSystem"],
            exclude: ["Resources/README.md", "Resources/characters.csv", "Resources/faces.csv"],
            resources: [.copy("Resources/glyphs200"), .copy("Resources/backbone")]),

        // MARK: Published splits
        .target(
            name: "PublishedBenchmarks",
            // Links to the files in splits/, so that each is there once.
            resources: [
                .embedInCode("Resources/index.json"), .embedInCode("Resources/cars196-milbich2021.json"),
            ]),

        // MARK: The command
        .executableTarget(
            name: "oodml",
            dependencies: [
                "Files", "Statistics", "Parallel", "DenseLinearAlgebra", "Datasets", "Embeddings", "FeatureExtraction",
                "Frechet", "Splits", "Retrieval", "Evaluation", "HeadTraining", "Reports", "Experiments", "Glyphs200",
                "PublishedBenchmarks", "Ranks", "CStartup", "CInterface", "CMPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            linkerSettings: findOpenVINO),

        // MARK: Tests
        .target(name: "TestSupport", dependencies: ["DenseLinearAlgebra", "Ranks"], path: "Tests/TestSupport"),
        .testTarget(name: "RanksTests", dependencies: ["Ranks", "Parallel", "TestSupport"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "Ranks", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(
            name: "DenseLinearAlgebraTests", dependencies: ["DenseLinearAlgebra", "Parallel", "Files", "TestSupport"]),
        .testTarget(
            name: "DifferentiationTests", dependencies: ["Differentiation", "DenseLinearAlgebra", "TestSupport"]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Files", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(
            name: "EmbeddingsTests", dependencies: ["Embeddings", "DenseLinearAlgebra", "Files", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "FeatureExtractionTests",
            dependencies: ["FeatureExtraction", "DenseLinearAlgebra", "Embeddings", "Files", "TestSupport"],
            resources: [.copy("Fixtures")], linkerSettings: findOpenVINO),
        .testTarget(
            name: "HeadTrainingTests",
            dependencies: [
                "HeadTraining", "Differentiation", "Embeddings", "Files", "Statistics", "DenseLinearAlgebra",
                "TestSupport",
            ],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "FrechetTests", dependencies: ["Frechet", "DenseLinearAlgebra", "Parallel", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "SplitsTests",
            dependencies: [
                "Splits", "Frechet", "Embeddings", "Datasets", "Files", "Statistics", "Parallel", "DenseLinearAlgebra",
                "TestSupport",
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "RetrievalTests",
            dependencies: ["Retrieval", "CRanks", "Ranks", "Statistics", "DenseLinearAlgebra", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "Retrieval", "Embeddings", "Datasets", "Files", "Statistics", "DenseLinearAlgebra",
                "TestSupport",
            ],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Reports", "Splits", "Embeddings", "Evaluation", "Retrieval", "Datasets", "Files", "DenseLinearAlgebra",
                "TestSupport",
            ]),
        .testTarget(
            name: "Glyphs200Tests",
            dependencies: ["Glyphs200", "FeatureExtraction", "Splits", "Datasets", "Embeddings", "TestSupport"],
            linkerSettings: findOpenVINO),
        .testTarget(
            name: "oodmlTests",
            dependencies: [
                "oodml", "Experiments", "Glyphs200", "PublishedBenchmarks", "Ranks", "Datasets", "Evaluation",
                "Retrieval",
                "Reports", "Splits",
                "Embeddings", "Files", "Statistics", "DenseLinearAlgebra", "TestSupport",
            ],
            linkerSettings: findOpenVINO),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: [
                "Experiments", "FeatureExtraction", "Glyphs200", "HeadTraining", "Evaluation", "Retrieval", "Splits",
                "Embeddings", "Datasets", "Files", "Ranks", "DenseLinearAlgebra", "TestSupport",
            ],
            linkerSettings: findOpenVINO),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "DenseLinearAlgebra", "Differentiation", "Datasets", "Embeddings", "HeadTraining", "FeatureExtraction",
                "Frechet", "Splits", "Retrieval", "Evaluation", "Reports", "Experiments", "Glyphs200", "Files",
                "TestSupport",
            ],
            linkerSettings: findOpenVINO),
    ]
)

/// Where the set-up script puts OpenVINO's libraries.
///
/// They are inside the clone, so that nothing else on the machine changes. SwiftPM drops `-rpath` from a `.pc` file,
/// and the flag is unsafe, so only executables and tests have it, never a library.
var findOpenVINO: [LinkerSetting] {
    [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(Context.packageDirectory)/.deps/openvino/openvino/libs"])]
}

// `Scripts/fuzz` builds this one alone, with libFuzzer and the address sanitizer in all of it.
if Context.environment["OODML_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzing",
            dependencies: [
                "Files", "Datasets", "Embeddings", "HeadTraining", "FeatureExtraction", "Splits", "Evaluation",
            ],
            path: "Tests/Fuzzing", exclude: ["Seeds", "seeds.py"], swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: findOpenVINO))
}

let targetsInC = [
    "CImageCodecs", "CBLASStart", "CStartup", "CDigest", "CFileSystem", "CRanks", "CHeadTraining", "CInterface", "CMPI",
]

for target in package.targets where target.type != .system && !targetsInC.contains(target.name) {
    var settings = target.swiftSettings ?? []
    settings += [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    target.swiftSettings = settings
}
