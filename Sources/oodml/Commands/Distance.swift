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
            .safetensors or .csv (a header, and numbers, except in the column sample). A .npz may also hold the statistics mu \
            and sigma that pytorch-fid stores. Nothing is added to the \
            diagonals, and no digits are lost where a covariance is singular.

            The distance does not depend on the order of the files or of their rows. It is too large by an amount that \
            grows with d / n, the number of columns over the number of rows: compare distances between sets of equal \
            sizes only. A warning says so where n <= d on a side, since then most of the distance can come from the \
            sample being small.
            """,
            reads: """
                two files of embeddings, n_a × d and n_b × d, or statistics (mu, sigma) in
                a .npz
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
        let a = try Side(first)
        // Read once, so that a store that is replaced meanwhile is not compared with itself.
        let b = Name(first.standardizedFileURL.path) == Name(second.standardizedFileURL.path) ? a : try Side(second)
        guard a.dimension == b.dimension else {
            throw CommandError(
                "\(second.path): found \(b.dimension) columns; expected \(a.dimension), as \(first.path) has")
        }
        terminal.status("computing the distance")
        let report = DistanceReport(
            try distance(a, b), firstCount: a.count, secondCount: b.count, dimension: a.dimension)
        terminal.finish()
        switch output.format {
        case .json: try printJSON(report)
        case .text:
            for warning in report.warnings { terminal.warn(warning) }
            try printText(report.text, terminator: "")
        }
    }

    /// One of the two sets: its embeddings, or what a program for FID stored of them.
    private struct Side {
        let dimension: Int
        /// The number of embeddings; nil where only their statistics are known.
        let count: Int?
        let gaussian: () throws -> GaussianStatistics

        init(_ file: URL) throws {
            if let statistics = try FeatureStatistics(contentsOf: file) {
                (dimension, count) = (statistics.mean.count, nil)
                // The distance does not depend on the count, which only orders the two sides.
                gaussian = {
                    do {
                        return try GaussianStatistics(
                            count: .max, mean: statistics.mean, covariance: statistics.covariance)
                    } catch FrechetError.negativeVariance(let column) {
                        throw CommandError(
                            "\(file.path): found a negative variance in column \(column) of sigma; expected a covariance"
                        )
                    }
                }
                return
            }
            let matrix = try FeatureFile<Double>(contentsOf: file).matrix
            guard matrix.rowCount >= 2 else {
                throw CommandError("\(file.path): found 1 row; expected at least 2, since one has no covariance")
            }
            (dimension, count) = (matrix.columnCount, matrix.rowCount)
            gaussian = { try GaussianStatistics(matrix) }
        }
    }

    private func distance(_ a: Side, _ b: Side) throws -> FrechetDistance {
        let overflow = CommandError(
            "\(first.path), \(second.path): found values whose squares exceed double precision; "
                + "expected values below 1e150")
        do {
            let distance = try frechetDistance(a.gaussian(), b.gaussian())
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
    let firstCount: Int?
    let secondCount: Int?
    let dimension: Int
    let warnings: [String]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(frechet, forKey: .frechet)
        try container.encode(meanPart, forKey: .meanPart)
        try container.encode(covariancePart, forKey: .covariancePart)
        // Null where it is not known.
        try container.encode(firstCount, forKey: .firstCount)
        try container.encode(secondCount, forKey: .secondCount)
        try container.encode(dimension, forKey: .dimension)
        try container.encode(warnings, forKey: .warnings)
    }

    enum CodingKeys: String, CodingKey {
        case frechet
        case meanPart = "mean_part"
        case covariancePart = "covariance_part"
        case firstCount = "n_a"
        case secondCount = "n_b"
        case dimension = "d"
        case warnings
    }

    init(_ distance: FrechetDistance, firstCount: Int?, secondCount: Int?, dimension: Int) {
        frechet = distance.squared
        meanPart = distance.meanPart
        covariancePart = distance.covariancePart
        self.firstCount = firstCount
        self.secondCount = secondCount
        self.dimension = dimension
        warnings = [("a", firstCount), ("b", secondCount)].compactMap { name, count in
            guard let count else {
                return
                    "n_\(name) is not known, since only statistics are stored: the distance may be too large, and compares "
                    + "only with others between sets of the same sizes"
            }
            guard hasSingularCovariance(rowCount: count, columnCount: dimension) else { return nil }
            return
                "n_\(name) is \(count) and d is \(dimension): with no more rows than columns the distance is mostly too large, "
                + "and comparable only between sets of equal sizes"
        }
    }

    var text: String {
        let lines = [
            ("frechet", "\(frechet)"), ("mean_part", "\(meanPart)"), ("covariance_part", "\(covariancePart)"),
            ("n_a", firstCount.map(String.init) ?? "not known"), ("n_b", secondCount.map(String.init) ?? "not known"),
            ("d", "\(dimension)"),
        ]
        let part = frechet > 0 ? ", \(Int((meanPart / frechet * 100).rounded())) % of it between the means" : ""
        return lines.map { $0.padding(toLength: 17, withPad: " ", startingAt: 0) + $1 + "\n" }.joined()
            + "\nThe squared Fréchet distance is \(String(format: "%.4g", frechet))\(part).\n"
    }
}
