// swift-tools-version: 6.1

import PackageDescription

let package = Package(
    name: "oodml-benchmarks",
    dependencies: [.package(name: "oodml", path: "..")],
    targets: [
        // Times the distance inside one process, without reading files and starting up.
        .executableTarget(
            name: "frechet-benchmark",
            dependencies: [
                .product(name: "Frechet", package: "oodml"), .product(name: "Splits", package: "oodml"),
                .product(name: "ProgramStart", package: "oodml"),
            ]),
        // How often the intervals of scores cover the truth, where the truth is known.
        .executableTarget(
            name: "confidence-coverage",
            dependencies: [
                .product(name: "Evaluation", package: "oodml"), .product(name: "Retrieval", package: "oodml"),
                .product(name: "Splits", package: "oodml"),
                .product(name: "ProgramStart", package: "oodml"),
            ]),
        // Times trainings inside one process, without reading features.
        .executableTarget(
            name: "training-benchmark",
            dependencies: [
                .product(name: "HeadTraining", package: "oodml"), .product(name: "Splits", package: "oodml"),
                .product(name: "ProgramStart", package: "oodml"),
            ]),
    ]
)
