import DenseLinearAlgebra
import Foundation
import Retrieval
import TestSupport
import Testing

/// Recall@1 in smaller and larger galleries.
@Suite struct GalleryGrowthTests {
    private struct Fixture: Decodable {
        struct Forecast: Decodable {
            let classes: Int
            let counts: [Int]
            let sizes: [Int]
            let recall: [Double]
        }

        struct Chance: Decodable {
            let classes: Int
            let drawn: Int
            let rivals: Int
            let chance: Double
        }

        let forecast: [Forecast]
        let hypergeometric: [Chance]
    }

    private static func fixture() throws -> Fixture {
        try JSONDecoder().decode(
            Fixture.self, from: Data(contentsOf: testFile("RetrievalTests/Fixtures/growth.json")))
    }

    /// A query of class 0 for each number of rivals, on a line, with an item of its class farther away than those of its rivals.
    private func growth(rivals: [Int], classCount: Int) throws -> GalleryGrowth {
        var queries: [[Float]] = []
        var (items, labels): ([[Float]], [Int]) = ([], [])
        for (number, count) in rivals.enumerated() {
            let place = Float(100 * number)
            queries.append([place])
            items.append([place + 2])
            labels.append(0)
            for rival in 0..<count {
                items.append([place + 1])
                labels.append(1 + rival)
            }
        }
        // All classes are there, far away.
        for number in 0..<classCount {
            items.append([-10_000])
            labels.append(number)
        }
        return GalleryGrowth(
            try RetrievalSet(
                queries: Matrix(rows: queries), classNumbers: rivals.map { _ in 0 }, gallery: Matrix(rows: items),
                galleryClassNumbers: labels
            ).rivals(by: .euclidean))
    }

    /// Classes of five about random centres.
    private func clusters(count: Int, dimension: Int, seed: UInt64) -> RetrievalSet {
        var rng = SplitMix64(seed: seed)
        let centres = (0..<count).map { _ in (0..<dimension).map { _ in rng.bell() } }
        let labels = (0..<5 * count).map { $0 % count }
        let rows = labels.map { label in centres[label].map { Float($0 + 0.7 * rng.bell()) } }
        return RetrievalSet(Matrix(rows: rows), classNumbers: labels)
    }

    @Test func chancesAreHypergeometric() throws {
        for chance in try Self.fixture().hypergeometric {
            let growth = try growth(rivals: [chance.rivals], classCount: chance.classes)
            #expect(growth.rivals.counts == [chance.rivals])
            let found = growth.recall(ofClasses: chance.drawn).value
            #expect(abs(found - chance.chance) <= 1e-12 * max(chance.chance, 1e-300), "\(chance)")
        }
    }

    /// Numbers beyond 64 are taken together, which moves a forecast by less than its error; fewer are not.
    @Test func forecastsAgreeWithTheReference() throws {
        for reference in try Self.fixture().forecast {
            let forecast = try growth(rivals: reference.counts, classCount: reference.classes).forecast
            for (size, recall) in zip(reference.sizes, reference.recall) {
                #expect(abs(forecast.recall(ofClasses: size) - recall) < 1e-10, "\(size) of \(reference.classes)")
            }
        }
    }

    /// Over all draws of so many classes, counted one by one.
    @Test func fewerClassesAreTheMeanOverAllDraws() throws {
        var rng = SplitMix64(seed: 3)
        let labels = (0..<24).map { $0 < 14 ? $0 % 7 : Int(rng.next() % 7) }
        let rows = Matrix<Float>(rows: labels.map { [Float($0) / 3 + Float(rng.bell()), Float(rng.bell())] })
        let growth = GalleryGrowth(try RetrievalSet(rows, classNumbers: labels).rivals(by: .euclidean))
        for count in 1...7 {
            var (hits, total) = (0.0, 0.0)
            for mask in 0..<(1 << 7) where mask.nonzeroBitCount == count {
                let kept = labels.indices.filter { mask >> labels[$0] & 1 == 1 }
                let scores = try RetrievalSet(
                    Matrix(rows: kept.map { Array(rows.row($0)) }), classNumbers: kept.map { labels[$0] }
                ).scores([.recall(1)], by: RankingRules(similarity: .euclidean))
                let queryCount = Double(scores.queries.count)
                hits += try queryCount * #require(scores.mean()[.recall(1)])
                total += queryCount
            }
            #expect(abs(growth.recall(ofClasses: count).value - hits / total) < 1e-12, "\(count) classes")
        }
    }

    /// With all classes it is Recall@1 itself, with the error of the jackknife.
    @Test func allClassesAreTheGalleryItself() throws {
        let set = clusters(count: 40, dimension: 6, seed: 11)
        let groups = ClassGroups((0..<40).map { $0 % 10 }, count: 10)
        let growth = GalleryGrowth(try set.rivals(groups: groups))
        let all = growth.recall(ofClasses: 40)
        let scores = try #require(try set.scores([.recall(1)], withoutEach: groups).estimates()[.recall(1)])
        #expect(abs(all.value - scores.value) < 1e-12 && all.value < 0.99)
        let (margin, expected) = (try #require(all.margin), try #require(scores.margin))
        #expect(abs(margin - expected) < 1e-9 * expected)
        var last = 1.0
        for count in 1...40 {
            let recall = growth.recall(ofClasses: count).value
            #expect(recall <= last + 1e-12)
            last = recall
        }
        #expect(growth.recall(ofClasses: 1).value == 1)
        // At the size that is there a forecast fits what is there.
        #expect(abs(growth.forecast.recall(ofClasses: 40) - all.value) < 0.01)
    }

    /// From half of the classes to all, the error is found by doing it; a query that is blocked stays so.
    @Test func forecastsAreTried() throws {
        let set = clusters(count: 80, dimension: 8, seed: 12)
        let growth = GalleryGrowth(try set.rivals(groups: ClassGroups((0..<80).map { $0 % 20 }, count: 20)))
        let error = try #require(growth.forecastError(by: 2))
        #expect(error > 0 && error < 0.15, "\(error)")
        #expect(growth.forecastError(by: 2) == error && growth.forecastError(by: 2, seed: 1) != error)
        #expect(growth.forecastError(by: 11) == nil)
        #expect(GalleryGrowth(try set.rivals()).forecastError(by: 2) == nil)
    }
}
