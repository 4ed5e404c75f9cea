import Datasets
import DenseLinearAlgebra
import Frechet
import Splits
import TestSupport
import Testing

@Suite struct EmbeddedDatasetTests {
    private let data = SyntheticData.random(classCount: 8, dimension: 5, seed: 1)

    @Test func distanceIsThatOfTheRows() throws {
        let embedded = try data.embedded()
        let partition = ClassPartition(sides: embedded.dataset.officialSides)
        let rows = Side.allCases.map { side in
            embedded.embeddings.selectingRows(
                embedded.dataset.samples(ofClasses: partition.classes(on: side)))
        }
        let (found, expected) = (try embedded.distance(of: partition), try frechetDistance(rows[0], rows[1]))
        #expect(abs(found.squared - expected.squared) <= 1e-13 * expected.squared)
    }

    @Test func classMeansHaveOneRowAClass() throws {
        let embedded = try data.embedded(statistic: .classMeans)
        let partition = ClassPartition(sides: embedded.dataset.officialSides)
        let means = Side.allCases.map { side in
            Matrix<Double>(
                rows: partition.classes(on: side).map { number in
                    let members = embedded.dataset.samplesOfClass[number]
                    return (0..<5).map { j in
                        members.reduce(0) { $0 + Double(embedded.embeddings[$1, j]) } / Double(members.count)
                    }
                })
        }
        let expected = try frechetDistance(GaussianStatistics(means[0]), GaussianStatistics(means[1])).squared
        let found = try embedded.distance(of: partition).squared
        #expect(abs(found - expected) <= 1e-12 * expected)
    }

    @Test func refusals() throws {
        var broken = data
        broken.rows[7][2] = .nan
        #expect(throws: SplitError.nonFiniteEmbedding(sample: broken.samples[7].id, column: 2)) {
            try broken.embedded()
        }
        var partition = ClassPartition(sides: Array(repeating: .test, count: 7) + [.train])
        #expect(throws: SplitError.tooFewVectors(side: .train, count: 1, statistic: .classMeans)) {
            try data.embedded(statistic: .classMeans).distance(of: partition)
        }
        partition.remove(7)
        #expect(throws: SplitError.tooFewVectors(side: .train, count: 0, statistic: .samples)) {
            try data.embedded().distance(of: partition)
        }
    }

    /// Columns that are the same in every row add nothing, and are no reason to leave the quick way.
    @Test func constantColumnsChangeNothing() throws {
        var padded = data
        for i in padded.rows.indices { padded.rows[i] = [7] + data.rows[i] + [0] }
        let (plain, wide) = (try data.embedded(), try padded.embedded())
        let partition = ClassPartition(sides: plain.dataset.officialSides)
        #expect(try wide.distance(of: partition) == plain.distance(of: partition))
        var constant = data
        for i in constant.rows.indices { constant.rows[i] = [1, 2] }
        #expect(throws: SplitError.constantEmbeddings(count: constant.rows.count)) { try constant.embedded() }
    }

    @Test func partitionsStayDisjointAndComplete() {
        var partition = ClassPartition(sides: [.train, .train, .test, .test])
        partition.exchange(trainClass: 1, testClass: 2)
        #expect(partition.classes(on: .train) == [0, 2])
        #expect(partition.classes(on: .test) == [1, 3])
        partition.remove(3)
        #expect(partition.classes(on: .test) == [1])
        #expect(partition.removedClasses == [3])
    }
}
