import ArgumentParser
import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Frechet
import Reports

struct Distance: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the Fréchet distance between two sets of embeddings.",
        discussion: manual(
            """
            The squared distance of the Gaussians fitted to the two sets, known as FID (Heusel et al., 2017):

              frechet = |m1 - m2|^2 + Tr S1 + Tr S2 - 2 Tr (S1 S2)^(1/2)

            m are the means and S the covariances (divisor n - 1). The first term is printed as mean_part, the others as \
            covariance_part. Both files have a row for each sample and as many columns as the other: .npy, .npz, \
            .safetensors or .csv (a header, and numbers, except in the column sample). Nothing is added to the \
            diagonals, and no digits are lost where a covariance is singular.

            The distance does not depend on the order of the files or of their rows. It is too large by an amount that \
            grows with d / n, the number of columns over the number of rows: compare distances between sets of equal \
            sizes only. A warning says so where n <= d on a side, since then most of the distance can come from the \
            sample being small.
            """,
            reads: """
                two files of embeddings, n_a × d and n_b × d
                """,
            prints: """
                the squared distance, its parts, and n_a, n_b and d; --format json: the same
                as one object, with warnings
                """,
            examples: """
                oodml distance train.npy test.npy
                oodml distance train.npy test.npy --format json
                """))

    @Argument(
        help: ArgumentHelp("The embeddings of one set (n_a × d).", valueName: "a.npy"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var first: URL

    @Argument(
        help: ArgumentHelp("The embeddings of the other set (n_b × d).", valueName: "b.npy"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var second: URL

    @OptionGroup var output: PrintOptions

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        terminal.status("reading")
        let a = try FeatureFile<Double>(contentsOf: first).matrix
        let b = try FeatureFile<Double>(contentsOf: second).matrix
        for (file, matrix) in [(first, a), (second, b)] where matrix.rowCount < 2 {
            throw CommandError("\(file.path): found 1 row; expected at least 2, since one has no covariance")
        }
        guard a.columnCount == b.columnCount else {
            throw CommandError(
                "\(second.path): found \(b.columnCount) columns; expected \(a.columnCount), as \(first.path) has")
        }
        terminal.status("computing the distance")
        let report = DistanceReport(
            try distance(a, b), firstCount: a.rowCount, secondCount: b.rowCount, dimension: a.columnCount)
        terminal.finish()
        switch output.format {
        case .json: try printJSON(report)
        case .text:
            for warning in report.warnings { terminal.warn(warning) }
            print(report.text, terminator: "")
        }
    }

    private func distance(_ a: Matrix<Double>, _ b: Matrix<Double>) throws -> FrechetDistance {
        let overflow = CommandError(
            "\(first.path), \(second.path): found values whose squares exceed double precision; "
                + "expected values below 1e150")
        do {
            let distance = try frechetDistance(GaussianStatistics(a), GaussianStatistics(b))
            guard distance.squared.isFinite else { throw overflow }
            return distance
        } catch LinearAlgebraError.nonFinite {
            // The values themselves are finite; the reader refuses others.
            throw overflow
        }
    }
}

/// What `distance` prints.
private struct DistanceReport: Encodable {
    let frechet: Double
    let meanPart: Double
    let covariancePart: Double
    let firstCount: Int
    let secondCount: Int
    let dimension: Int
    let warnings: [String]

    enum CodingKeys: String, CodingKey {
        case frechet
        case meanPart = "mean_part"
        case covariancePart = "covariance_part"
        case firstCount = "n_a"
        case secondCount = "n_b"
        case dimension = "d"
        case warnings
    }

    init(_ distance: FrechetDistance, firstCount: Int, secondCount: Int, dimension: Int) {
        frechet = distance.squared
        meanPart = distance.meanPart
        covariancePart = distance.covariancePart
        self.firstCount = firstCount
        self.secondCount = secondCount
        self.dimension = dimension
        warnings = [("a", firstCount), ("b", secondCount)].filter {
            hasSingularCovariance(rowCount: $0.1, columnCount: dimension)
        }.map { name, count in
            "n_\(name) is \(count) and d is \(dimension): with no more rows than columns the distance is mostly too large, "
                + "and comparable only between sets of equal sizes"
        }
    }

    var text: String {
        let lines = [
            ("frechet", "\(frechet)"), ("mean_part", "\(meanPart)"), ("covariance_part", "\(covariancePart)"),
            ("n_a", "\(firstCount)"), ("n_b", "\(secondCount)"), ("d", "\(dimension)"),
        ]
        return lines.map { $0.padding(toLength: 17, withPad: " ", startingAt: 0) + $1 + "\n" }.joined()
    }
}
