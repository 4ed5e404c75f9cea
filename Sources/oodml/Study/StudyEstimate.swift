import Datasets
import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
import Files
import Foundation
import Glyphs200

/// About how long a study will take on this machine, if nothing else runs.
///
/// The time of an image is measured, with a few images. The other steps are extrapolated from what they took for 384 to 24,000
/// samples of 64 to 2,048 dimensions, by the speed of a product of matrices here. On the machine that was measured, all but idle, five
/// studies took between half and 1.3 times of what is said, and one of less than 10 s was said to be so; while another program ran, one
/// took a third.
struct StudyEstimate {
    /// Steps with their seconds, in order; those of one name together.
    private(set) var steps: [(name: String, seconds: Double)] = []

    /// What steps depend on.
    struct Size {
        let sampleCount: Int
        /// The number of dimensions of the features that make the splits, and of those that heads take.
        let dimensions: (splits: Int, heads: Int)
        /// How many heads are trained for each task: objectives times seeds.
        let headCount: Int
        let levelCount: Int
        let stepCount: Int
        /// Seconds an image for each time that the images are embedded.
        var imageSeconds: [Double] = []
    }

    /// - Parameter slowness: how many times longer this machine takes than the one that was measured.
    init(of size: Size, slowness: Double) {
        let (n, d) = (Double(size.sampleCount), Double(size.dimensions.splits))
        // A covariance of a side has no more directions than it has samples.
        let r = min(d, n / 2)
        // Processor seconds on two cores of 53 GFLOP/s each, of which about 1.7 were at work.
        func wall(_ seconds: Double) -> Double { seconds * slowness / 1.7 }
        let images = size.imageSeconds.reduce(0, +) * n
        if images > 0 { steps.append(("embed", images)) }
        let levels = Double(size.levelCount) / 9
        steps.append(("make-splits", wall((1.7 + 2.5e-3 * n + 1.1e-6 * n * d + 54e-9 * r * r * r) * levels)))
        // Two heads a level, one for each direction.
        let batches = Double(2 * size.headCount * size.levelCount * size.stepCount)
        steps.append(("train", wall((5e-5 + 6e-7 * Double(size.dimensions.heads)) * batches)))
        steps.append(("evaluate", wall((1.2 + 1e-6 * n * n) * Double(size.headCount) * levels)))
    }

    /// The whole in words, with the steps that take a tenth of it or more.
    var sentence: String {
        let total = steps.reduce(0) { $0 + $1.seconds }
        let parts = steps.filter { $0.seconds >= max(10, total / 10) }.map { "\($0.name) \(Self.words($0.seconds))" }
        return "\(total < 10 ? "Less than" : "About") \(Self.words(total)) here"
            + (parts.count > 1 ? ": \(parts.joined(separator: ", "))." : ".")
    }

    /// A time to one or two digits, as nobody knows it better.
    static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<10: "10 s"
        case ..<90: "\(Int((seconds / 10).rounded(.up)) * 10) s"
        case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
        case ..<172_800: "\(Int((seconds / 3600).rounded(.up))) h"
        default: "\(Int((seconds / 86_400).rounded(.up))) days"
        }
    }

    /// How many times longer a product of matrices takes here and now than it did where the steps were measured.
    static func slowness() -> Double {
        let size = 384
        let matrix = Matrix<Double>(
            rowCount: size, columnCount: size, elements: (0..<size * size).map { Double($0 % 17) / 17 })
        var best = Double.infinity
        // Of many, so that one of them has the processors to itself.
        for _ in 0..<20 {
            let start = ProcessInfo.processInfo.systemUptime
            _ = product(matrix, matrix)
            best = min(best, ProcessInfo.processInfo.systemUptime - start)
        }
        let expected = 2 * Double(size * size * size) / 80e9
        return max(best / expected, 0.1)
    }

    /// Seconds an image, from some of them.
    static func imageSeconds(of network: FeatureExtractor, _ dataset: Dataset, below images: URL) throws -> Double {
        // Every so many, so that small and large ones are among them.
        let count = min(dataset.samples.count, 16)
        let paths = (0..<count).map {
            images.appending(path: dataset.samples[$0 * dataset.samples.count / count].id).path
        }
        _ = try network.embed(paths: Array(paths.prefix(2)), mirrored: false, progress: nil)
        let start = ProcessInfo.processInfo.systemUptime
        _ = try network.embed(paths: paths, mirrored: false, progress: nil)
        return (ProcessInfo.processInfo.systemUptime - start) / Double(count)
    }
}
