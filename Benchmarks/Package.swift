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
            ])
    ]
)
