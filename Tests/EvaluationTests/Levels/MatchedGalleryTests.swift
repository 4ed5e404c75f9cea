import Datasets
import DenseLinearAlgebra
import Evaluation
import Retrieval
import Testing
import TestSupport

@Suite struct MatchedGalleryTests {
    /// Class c of ten has c + 1 samples.
    private let dataset: Dataset

    init() throws {
        dataset = try Dataset(
            name: "stairs",
            samples: (0..<10).flatMap { number in
                (0...number).map { Sample(id: "\(number)-\($0)", classLabel: "class \(number)") }
            })
    }

    @Test func sizesByHand() throws {
        // Medians: of 3, 4, 5, 6 the lower middle one, 4; of 8, 9, 10 it is 9.
        let gallery = MatchedGallery(of: dataset, testClasses: [[2, 3, 4, 5], [7, 8, 9]])
        #expect(gallery.classCount == 3)
        #expect(gallery.samplesPerClass == 4)
        #expect(gallery.drawCount == 20)
        // Twelve samples a draw; with 30,000 there are fewer draws, but never less than two.
        let large = try Dataset(
            name: "large", samples: (0..<90_000).map { Sample(id: "\($0)", classLabel: "\($0 / 3)") })
        #expect(MatchedGallery(of: large, testClasses: [Array(0..<10_000)]).drawCount == 3)
        #expect(MatchedGallery(of: large, testClasses: [Array(0..<30_000)]).drawCount == 2)
        #expect(MatchedGallery(of: large, testClasses: [Array(0..<30_000)], drawCount: 4).drawCount == 4)
        // A median of 1 would leave no query.
        #expect(MatchedGallery(of: dataset, testClasses: [[0, 1]]).samplesPerClass == 2)
    }

    @Test func drawsAreClassesCutToSize() {
        let gallery = MatchedGallery(of: dataset, testClasses: [[2, 3, 4, 5], [7, 8, 9]], drawCount: 40)
        var picks: Set<Set<Int>> = []
        for draw in 0..<40 {
            let samples = gallery.samples(ofClasses: [2, 3, 4, 5], draw: draw)
            #expect(samples == samples.sorted() && Set(samples).count == samples.count)
            let counts = Dictionary(grouping: samples) { dataset.classOfSample[$0] }.mapValues(\.count)
            #expect(counts.count == 3)
            for (number, count) in counts { #expect(count == min(number + 1, 4)) }
            picks.insert(Set(counts.keys))
        }
        #expect(picks.count == 4, "all choices of three of four classes come up")
    }

    @Test func levelsShareTheirDraws() {
        let gallery = MatchedGallery(of: dataset, testClasses: [Array(2...8), Array(3...9), [7, 8, 9]])
        for draw in 0..<20 {
            let all = Set(gallery.samples(ofClasses: Array(2...9), draw: draw))
            // A class that is picked among more classes is picked among fewer of them, with the same samples.
            let some = Set(gallery.samples(ofClasses: Array(3...9), draw: draw))
            #expect(all.filter { dataset.classOfSample[$0] > 2 }.isSubset(of: some))
        }
    }

    @Test func theScoreIsTheMeanOfTheDraws() throws {
        var rng = SplitMix64(seed: 3)
        let samples = dataset.samples(ofClasses: 2...9)
        let matrix = Matrix(
            rows: samples.map { number in
                (0..<3).map { _ in Float(rng.bell() + Double(dataset.classOfSample[number] % 4)) }
            })
        let gallery = MatchedGallery(of: dataset, testClasses: [Array(2...9), [4, 5, 6]], drawCount: 5)
        let scorer = TaskScorer(dataset: dataset)
        let scores = try scorer.scores(of: matrix, samples: samples, classes: Array(2...9), in: gallery)
        var sum = 0.0
        for draw in 0..<5 {
            let drawn = gallery.samples(ofClasses: Array(2...9), draw: draw)
            let rows = drawn.compactMap { samples.firstIndex(of: $0) }
            sum +=
                try RetrievalSet(matrix.selectingRows(rows), classNumbers: drawn.map { dataset.classOfSample[$0] })
                .scores().mean()[.recall(4)] ?? .nan
        }
        #expect(abs((scores.scores[.recall(4)] ?? 0) - sum / 5) < 1e-12)
        #expect(scores.classCount == 3)
        #expect(scores.estimates[.recall(4)]?.value == scores.scores[.recall(4)])
        #expect(scores.estimates[.recall(4)]?.standardError == nil, "three classes are too few for an error")
    }

    @Test func aGalleryThatEveryClassFitsIntoIsThePlainOne() throws {
        var rng = SplitMix64(seed: 4)
        let equal = try Dataset(
            name: "equal",
            samples: (0..<60).map { Sample(id: "\($0)", classLabel: "\(10 + $0 / 5)") })
        let samples = equal.samples(ofClasses: 0..<6)
        let matrix = Matrix(rows: samples.map { _ in (0..<3).map { _ in Float(rng.bell()) } })
        let scorer = TaskScorer(dataset: equal)
        let gallery = MatchedGallery(of: equal, testClasses: [Array(0..<6), Array(6..<12)])
        let matched = try scorer.scores(of: matrix, samples: samples, classes: Array(0..<6), in: gallery)
        let plain = try scorer.scores(of: matrix, samples: samples)
        for metric in RetrievalMetric.standard {
            let (a, b) = (try #require(matched.scores[metric]), try #require(plain.scores[metric]))
            #expect(abs(a - b) < 1e-14)
        }
    }
}
