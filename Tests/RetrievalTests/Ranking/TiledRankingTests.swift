import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

/// Many small classes, so that queries and items fall into several tiles, with a few equal rows across classes.
///
/// Small integers have exact Euclidean distances, of which many are equal, so that sorting them says what is right.
@Suite struct TiledRankingTests {
    private let rows: [[Int]]
    private let classNumbers: [Int]

    init() {
        var generator = SplitMix64(seed: 77)
        var rows = (0..<500).map { _ in (0..<9).map { _ in Int(generator.next() % 7) - 3 } }
        for copy in 0..<20 { rows[copy * 23 + 5] = rows[copy % 4 * 100] }
        self.rows = rows
        // Classes of three to four, and some of a single row.
        classNumbers = (0..<500).map { $0 < 12 ? 1000 + $0 : Int(generator.next() % 140) }
    }

    /// The ranks of all items of the query's class, by sorting all items but the query itself.
    private func ranks(ofQuery row: [Int], classNumber: Int, own: Int?, items: Range<Int>, ties: TieOrder) -> [Int32] {
        func distance(_ item: Int) -> Int { zip(row, rows[item]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        let keys = items.filter { $0 != own }.map { item in
            let isRelevant = classNumbers[item] == classNumber
            let first =
                switch ties {
                case .sampleOrder: 0
                case .relevantFirst: isRelevant ? 0 : 1
                case .relevantLast: isRelevant ? 1 : 0
                }
            return (distance: distance(item), first: first, item: item, isRelevant: isRelevant)
        }
        let sorted = keys.sorted { ($0.distance, $0.first, $0.item) < ($1.distance, $1.first, $1.item) }
        return sorted.enumerated().filter(\.element.isRelevant).map { Int32($0.offset + 1) }
    }

    private func matrix(_ range: Range<Int>) -> Matrix<Float> {
        Matrix(rows: range.map { rows[$0].map { Float($0) } })
    }

    @Test(arguments: TieOrder.allCases)
    func oneSetEqualsSortingEverything(ties: TieOrder) throws {
        let found = try RetrievalSet(matrix(0..<500), classNumbers: classNumbers).ranks(
            by: RankingRules(similarity: .euclidean, ties: ties))
        #expect(found.queries.count + found.loneQueries.count == 500 && found.loneQueries.count >= 12)
        for (position, row) in found.queries.enumerated() {
            let expected = ranks(
                ofQuery: rows[row], classNumber: classNumbers[row], own: row, items: 0..<500, ties: ties)
            #expect(Array(found[position]) == expected, "row \(row)")
        }
    }

    @Test(arguments: TieOrder.allCases)
    func aGalleryEqualsSortingEverything(ties: TieOrder) throws {
        // The last 100 queries are items as well, and every seventh of them of another class as an item.
        let queries = 0..<300
        let gallery = 200..<500
        let queryClasses = queries.map { classNumbers[$0 >= 200 && $0 % 7 == 0 ? $0 - 150 : $0] }
        let ownItems = queries.map { gallery.contains($0) ? $0 - 200 : nil }
        let found = try RetrievalSet(
            queries: matrix(queries), classNumbers: queryClasses, gallery: matrix(gallery),
            galleryClassNumbers: gallery.map { classNumbers[$0] }, ownItems: ownItems
        ).ranks(by: RankingRules(similarity: .euclidean, ties: ties))
        #expect(found.queries.count > 200)
        for (position, row) in found.queries.enumerated() {
            let expected = ranks(
                ofQuery: rows[row], classNumber: queryClasses[row], own: gallery.contains(row) ? row : nil,
                items: gallery, ties: ties)
            #expect(Array(found[position]) == expected, "row \(row)")
        }
    }
}
