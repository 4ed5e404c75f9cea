public import DenseLinearAlgebra
internal import Files
public import Foundation

/// The mean and the covariance of embeddings, as pytorch-fid and its relatives store them for FID.
public struct FeatureStatistics: Sendable, Equatable {
    /// The mean, d values.
    public let mean: [Double]
    /// The covariance, d × d.
    public let covariance: Matrix<Double>

    init(mean: [Double], covariance: Matrix<Double>) {
        self.mean = mean
        self.covariance = covariance
    }

    /// Reads a `.npz` file with the arrays `mu` (d) and `sigma` (d × d); nil if the file is anything else.
    ///
    /// ```swift
    /// if let statistics = try FeatureStatistics(contentsOf: file) {
    ///     print(statistics.mean.count, "dimensions")
    /// }
    /// ```
    ///
    /// The number of embeddings behind the statistics is not stored.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, values that are not finite, or a covariance that is
    ///   not symmetric.
    public init?(contentsOf url: URL) throws {
        guard url.pathExtension.lowercased() == "npz", !isFolder(url) else { return nil }
        guard let statistics = try NumpyArchive(InputFile(url)).statistics() else { return nil }
        self = statistics
    }
}
