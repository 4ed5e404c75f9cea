import DenseLinearAlgebra
import Foundation
import Retrieval
import Testing
import TestSupport

/// Re-identification: items of the query's class and camera do not count.
@Suite struct CameraTests {
    private struct Case: Decodable {
        struct Samples: Decodable {
            let points: [[Float]]
            let labels: [Int]
            let cameras: [Int?]
        }

        struct Scores: Decodable {
            let rank1: Double
            let map: Double
            let lone: Int
            let queries: Int
        }

        let query: Samples
        let gallery: Samples
        let against_gallery: Scores
        let gallery_alone: Scores
    }

    private static func cases() throws -> [Case] {
        try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: testFile("RetrievalTests/Fixtures/reidentification.json")))
    }

    /// On a line, by hand: persons 1 and 2; from 0, the items of person 1 are at 1 (same camera), 3 and 6, another person
    /// at 2.
    @Test func aTableByHand() throws {
        let set = RetrievalSet(
            queries: Matrix(rows: [[0]]), classNumbers: [1], gallery: Matrix(rows: [[1], [2], [3], [6], [0.5]]),
            galleryClassNumbers: [1, 2, 1, 1, 1],
            cameras: RetrievalCameras(ofQueries: [7], ofItems: [7, 7, 8, nil, 7]))
        let rules = RankingRules(similarity: .euclidean)
        // 2 is of the same camera and another person, so it counts; an item without a camera counts too.
        #expect(try Array(set.ranks(by: rules)[0]) == [2, 3])
        #expect(try set.scores(by: rules).mean()[.recall(1)] == 0)
    }

    @Test func agreesWithTheProtocolOfMarket1501() throws {
        for reference in try Self.cases() {
            let (query, gallery) = (reference.query, reference.gallery)
            let rules = RankingRules(similarity: .euclidean)
            let metrics: [RetrievalMetric] = [.recall(1), .fullAveragePrecision]
            let against = try RetrievalSet(
                queries: Matrix(rows: query.points), classNumbers: query.labels, gallery: Matrix(rows: gallery.points),
                galleryClassNumbers: gallery.labels,
                cameras: RetrievalCameras(ofQueries: query.cameras, ofItems: gallery.cameras)
            ).scores(metrics, by: rules)
            let alone = try RetrievalSet(
                Matrix(rows: gallery.points), classNumbers: gallery.labels,
                cameras: RetrievalCameras(ofRows: gallery.cameras)
            ).scores(metrics, by: rules)
            for (scores, expected) in [(against, reference.against_gallery), (alone, reference.gallery_alone)] {
                let mean = try scores.mean()
                #expect(abs((mean[.recall(1)] ?? 0) - expected.rank1) < 1e-12)
                #expect(abs((mean[.fullAveragePrecision] ?? 0) - expected.map) < 1e-12)
                #expect(scores.queries.count == expected.queries && scores.loneQueries.count == expected.lone)
            }
        }
    }

    /// Cameras that all differ leave nothing out, and one camera for all leaves no query.
    @Test func theExtremes() throws {
        let (embeddings, classes) = clusteredEmbeddings(n: 300, d: 5, classCount: 12, spread: 1, seed: 3)
        for ties in TieOrder.allCases {
            let rules = RankingRules(ties: ties)
            let plain = try RetrievalSet(embeddings, classNumbers: classes).ranks(by: rules)
            let apart = try RetrievalSet(
                embeddings, classNumbers: classes, cameras: RetrievalCameras(ofRows: Array(0..<300))
            ).ranks(by: rules)
            #expect(plain == apart)
            let none = try RetrievalSet(
                embeddings, classNumbers: classes,
                cameras: RetrievalCameras(ofRows: [Int?](repeating: nil, count: 300))
            ).ranks(by: rules)
            #expect(plain == none)
            let one = try RetrievalSet(
                embeddings, classNumbers: classes, cameras: RetrievalCameras(ofRows: [Int?](repeating: 1, count: 300))
            ).ranks(by: rules)
            #expect(one.queries.isEmpty && one.loneQueries.count == 300)
        }
    }

    /// What is left out can as well be taken out of the gallery, query by query; with ties and duplicates.
    @Test(arguments: TieOrder.allCases)
    func equalsAGalleryWithoutThem(ties: TieOrder) throws {
        var rng = SplitMix64(seed: 8)
        let n = 90
        let rows = (0..<n).map { _ in (0..<2).map { _ in Float(Int.random(in: 0...3, using: &rng)) } }
        let classes = (0..<n).map { _ in Int.random(in: 0..<4, using: &rng) }
        let cameras = (0..<n).map { _ in Bool.random(using: &rng) ? Int.random(in: 0..<3, using: &rng) : nil as Int? }
        let groups = (0..<n).map { _ in Bool.random(using: &rng) ? Int.random(in: 0..<9, using: &rng) : nil as Int? }
        let rules = RankingRules(similarity: .euclidean, ties: ties)
        let all = try RetrievalSet(
            Matrix(rows: rows), classNumbers: classes, cameras: RetrievalCameras(ofRows: cameras, groups: groups)
        ).ranks(by: rules)
        for query in 0..<n {
            let kept = (0..<n).filter { item in
                item != query
                    && !(classes[item] == classes[query]
                        && (cameras[query] != nil && cameras[item] == cameras[query]
                            || groups[query] != nil && groups[item] == groups[query]))
            }
            let one = try RetrievalSet(
                queries: Matrix(rows: [rows[query]]), classNumbers: [classes[query]],
                gallery: Matrix(rows: kept.map { rows[$0] }), galleryClassNumbers: kept.map { classes[$0] }
            ).ranks(by: rules)
            guard let position = all.queries.firstIndex(of: query) else {
                #expect(one.queries.isEmpty)
                continue
            }
            #expect(all[position].elementsEqual(one[0]), "query \(query)")
        }
    }

    /// Without a group of classes, the scores are those of a gallery without its items.
    @Test func errorsFollowTheRule() throws {
        let (embeddings, classes) = clusteredEmbeddings(n: 240, d: 4, classCount: 12, spread: 2, seed: 5)
        let cameras = (0..<240).map { $0 % 3 as Int? }
        let groups = ClassGroups((0..<12).map { $0 % 4 }, count: 4)
        let jackknifed = try RetrievalSet(
            embeddings, classNumbers: classes, cameras: RetrievalCameras(ofRows: cameras)
        ).scores([.recall(1)], withoutEach: groups)
        let plain = try RetrievalSet(
            embeddings, classNumbers: classes, cameras: RetrievalCameras(ofRows: cameras)
        ).scores([.recall(1)])
        #expect(jackknifed.queryScores[.recall(1)] == plain[.recall(1)])
        #expect((try jackknifed.estimates()[.recall(1)]?.margin ?? 0) > 0)
    }
}
