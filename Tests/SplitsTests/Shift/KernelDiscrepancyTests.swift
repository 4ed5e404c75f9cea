import Datasets
import DenseLinearAlgebra
import Foundation
import Splits
import Statistics
import Testing
import TestSupport

/// `Fixtures/kernel_discrepancy.json`; `Scripts/fixtures/kernel_discrepancy.py` says what the fields mean.
private struct Reference: Decodable {
    struct Discrepancy: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let sizes: [Int]
        let sides: String
        let d: Int
        let shift: Double
        let scale: Double
        let offset: Double
        let seed: UInt64
        let exact: Double

        var testDescription: String { name }
    }

    struct Correlation: Decodable, Sendable {
        let x: [Double]
        let y: [Double]
        let rho: Double
    }

    let discrepancies: [Discrepancy]
    let correlations: [Correlation]

    static let stored: Reference? = {
        let url = Bundle.module.url(
            forResource: "kernel_discrepancy", withExtension: "json", subdirectory: "Fixtures")
        return url.flatMap { try? JSONDecoder().decode(Reference.self, from: Data(contentsOf: $0)) }
    }()
}

@Suite struct KernelDiscrepancyTests {
    @Test func theFixtureIsThere() {
        #expect(Reference.stored?.discrepancies.count == 10 && Reference.stored?.correlations.count == 5)
    }

    /// Also with a common offset of 10⁴, where the formula as written is right to seven digits only.
    @Test(arguments: Reference.stored?.discrepancies ?? [])
    private func agreesWithTheReference(_ reference: Reference.Discrepancy) throws {
        let dataset = try dataset(ofSizes: reference.sizes)
        var (rows, points) = (SplitMix64(seed: reference.seed), SplitMix64(seed: reference.seed + 1))
        let centres = reference.sizes.map { _ in (0..<reference.d).map { _ in points.uniform() } }
        let embeddings = Matrix<Float>(
            rows: dataset.classOfSample.map { number in
                centres[number].map {
                    Float((rows.uniform() + reference.shift * $0) * reference.scale + reference.offset)
                }
            })
        let found = KernelDiscrepancy(of: dataset, embeddings: embeddings, seed: 0)
            .squared(between: partition(reference.sides))
        #expect(abs(try #require(found) - reference.exact) <= 1e-11 * abs(reference.exact))
    }

    @Test func rankCorrelationsAreThoseOfSciPy() throws {
        for reference in try #require(Reference.stored).correlations {
            let found = try #require(spearmanCorrelation(reference.x, reference.y))
            #expect(abs(found - reference.rho) <= 1e-14)
        }
    }

    /// In one dimension, {0, 1} against {2, 3}: 1 + 343 − 2 (1 + 1 + 27 + 64) / 4.
    @Test func handComputed() throws {
        let dataset = try dataset(ofSizes: [2, 2])
        let kernel = KernelDiscrepancy(of: dataset, embeddings: Matrix(rows: [[0], [1], [2], [3]]), seed: 0)
        #expect(kernel.squared(between: partition("ab")) == 297.5)
        #expect(kernel.squared(between: partition("ba")) == 297.5)
        let means = KernelDiscrepancy(ofClassMeans: Matrix(rows: [[0], [2], [1], [3]]), seed: 0)
        #expect(means.squared(between: partition("abab")) == 297.5)
    }

    /// Gaussian-like vectors of `count` classes of five, all of one distribution.
    private func noise(classCount: Int, dimension: Int, seed: UInt64) throws -> (Dataset, Matrix<Float>) {
        let dataset = try dataset(ofSizes: Array(repeating: 5, count: classCount))
        var rng = SplitMix64(seed: seed)
        let elements = (0..<dataset.samples.count * dimension).map { _ in Float(rng.bell()) }
        return (dataset, Matrix(rowCount: dataset.samples.count, columnCount: dimension, elements: elements))
    }

    /// Sides of one distribution, one of them six times as large: the mean over 60 draws is 0 to within four standard
    /// errors, and about half are negative.
    @Test func oneDistributionIsNoShift() throws {
        let values = try (0..<60 as Range<UInt64>).map { seed -> Double in
            let (dataset, embeddings) = try noise(classCount: 14, dimension: 6, seed: seed)
            let kernel = KernelDiscrepancy(of: dataset, embeddings: embeddings, seed: 0)
            return try #require(kernel.squared(between: partition("aaaaaabaaaaaab")))
        }
        let mean = values.reduce(0, +) / 60
        let squares = values.map { ($0 - mean) * ($0 - mean) }
        #expect(abs(mean) <= 4 * (squares.reduce(0, +) / 59 / 60).squareRoot())
        #expect((15...45).contains(values.filter { $0 < 0 }.count))
    }

    @Test func growsWithTheShift() throws {
        let (dataset, embeddings) = try noise(classCount: 10, dimension: 6, seed: 1)
        let values = try ([0, 0.5, 1, 2] as [Float]).map { shift -> Double in
            let rows = dataset.classOfSample.enumerated().map { row, number -> [Float] in
                embeddings.row(row).map { number < 5 ? $0 : $0 + shift }
            }
            let moved = Matrix<Float>(rows: rows)
            let kernel = KernelDiscrepancy(of: dataset, embeddings: moved, seed: 0)
            return try #require(kernel.squared(between: partition("aaaaabbbbb")))
        }
        #expect(values == values.sorted() && values[3] > 10 * abs(values[0]))
    }

    @Test func sidesCanBeSwappedAndRemovedClassesDoNotCount() throws {
        let (dataset, embeddings) = try noise(classCount: 6, dimension: 4, seed: 2)
        let kernel = KernelDiscrepancy(of: dataset, embeddings: embeddings, seed: 0)
        #expect(kernel.squared(between: partition("aab-ba")) == kernel.squared(between: partition("bba-ab")))
        var changed = embeddings
        for row in dataset.samplesOfClass[3] { for j in 0..<4 { changed[row, j] = 40 } }
        let other = KernelDiscrepancy(of: dataset, embeddings: changed, seed: 0)
        let (before, after) = (
            try #require(kernel.squared(between: partition("aab-ba"))),
            try #require(other.squared(between: partition("aab-ba")))
        )
        #expect(abs(before - after) <= 1e-9 * abs(before))
    }

    @Test func aSideOfOneVectorHasNoDiscrepancy() throws {
        let dataset = try dataset(ofSizes: [1, 2, 1])
        let kernel = KernelDiscrepancy(of: dataset, embeddings: Matrix(rows: [[1], [2], [3], [4]]), seed: 0)
        #expect(kernel.squared(between: partition("aab")) == nil)
        #expect(kernel.squared(between: partition("-bb")) == nil)
        #expect(kernel.squared(between: partition("a-a")) == nil)
        #expect(kernel.squared(between: partition("aba")) != nil)
    }

    /// As many samples of each class as its part of the limit, rounded up or down.
    @Test(arguments: [(100, 0), (100, 1), (37, 2), (500, 3), (2, 4), (0, 5)] as [(Int, UInt64)])
    func limitedChoicesAreProportional(limit: Int, seed: UInt64) throws {
        let sizes = (0..<40).map { 1 + $0 * $0 / 8 }
        let dataset = try dataset(ofSizes: sizes)
        let n = dataset.samples.count
        let embeddings = Matrix<Float>(rowCount: n, columnCount: 1, repeating: 1)
        let counts = KernelDiscrepancy(of: dataset, embeddings: embeddings, limit: limit, seed: seed).rowCountOfClass
        #expect(counts.reduce(0, +) == limit)
        for (count, size) in zip(counts, sizes) {
            #expect(count * n > (size * limit) - n && count * n < size * limit + n)
        }
    }

    /// Every sample is chosen equally often: 1,000 seeds choose 10 of 25 each 400 times, give or take five standard
    /// deviations of 15.5.
    @Test func limitedChoicesAreUniform() throws {
        let dataset = try dataset(ofSizes: [1, 7, 2, 15])
        var counts = [Int](repeating: 0, count: 4)
        for seed in 0..<1000 as Range<UInt64> {
            let kernel = KernelDiscrepancy(
                of: dataset, embeddings: Matrix(rowCount: 25, columnCount: 1), limit: 10, seed: seed)
            for (number, count) in kernel.rowCountOfClass.enumerated() { counts[number] += count }
        }
        for (count, size) in zip(counts, [1, 7, 2, 15]) { #expect(abs(count - 400 * size) < 78) }
    }

    @Test(arguments: [4096, 40])
    func rowsDoNotMatter(limit: Int) throws {
        let (plain, embeddings) = try noise(classCount: 20, dimension: 7, seed: 4)
        let shuffled = try dataset(ofSizes: Array(repeating: 5, count: 20), shuffledBy: 8)
        let rows = Dictionary(uniqueKeysWithValues: zip(plain.samples.map(\.id), plain.samples.indices))
        let moved = embeddings.selectingRows(shuffled.samples.map { rows[$0.id] ?? 0 })
        let level = partition("abababababbabababa--")
        func value(_ dataset: Dataset, _ embeddings: Matrix<Float>, seed: UInt64) -> Double? {
            KernelDiscrepancy(of: dataset, embeddings: embeddings, limit: limit, seed: seed).squared(between: level)
        }
        let found = try #require(value(plain, embeddings, seed: 3))
        #expect(value(shuffled, moved, seed: 3) == found)
        #expect((value(plain, embeddings, seed: 4) == found) == (limit > 100))
    }

    /// More vectors than fit in one product, and classes that begin and end within a block.
    @Test func blocksFitTogether() throws {
        let dataset = try dataset(ofSizes: [300, 1, 500, 399])
        var rng = SplitMix64(seed: 5)
        let embeddings = Matrix<Float>(rows: dataset.samples.map { _ in [Float(rng.bell()), Float(rng.bell())] })
        let kernel = KernelDiscrepancy(of: dataset, embeddings: embeddings, seed: 0)
        let found = try #require(kernel.squared(between: partition("abba")))
        func mean(_ a: [Int], _ b: [Int]) -> Double {
            var (sum, count) = (0.0, 0.0)
            for i in a {
                for j in b where i != j {
                    let inner = (0..<2).reduce(0) { $0 + Double(embeddings[i, $1]) * Double(embeddings[j, $1]) }
                    let base = inner / 2 + 1
                    sum += base * base * base
                    count += 1
                }
            }
            return sum / count
        }
        let (x, y) = (dataset.samples(ofClasses: [0, 3]), dataset.samples(ofClasses: [1, 2]))
        #expect(abs(found - (mean(x, x) + mean(y, y) - 2 * mean(x, y))) <= 1e-12)
    }
}
