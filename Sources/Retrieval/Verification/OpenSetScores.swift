internal import Parallel

/// How well queries are identified by their most similar item, where classes of some queries are not in the gallery.
///
/// A query is *known* if its class is in the gallery. It is accepted if the highest of its similarities is at least a threshold,
/// and identified if besides its most similar item is of its class; where one of another class is as similar, it is not.
public struct OpenSetScores: Sendable, Equatable {
    /// A threshold for a false accept rate.
    public struct Operation: Sendable, Equatable {
        /// The largest part of the unknown queries that may be accepted.
        public let falseAcceptRate: Double
        /// The lowest multiple of 2⁻³⁰ at which no more of them are.
        public let threshold: Double
        /// How many unknown queries are accepted.
        public let acceptedUnknownCount: Int
        /// DIR, the part of the known queries that is identified.
        public let identificationRate: Double
    }

    /// How many queries have their class in the gallery, and an item of it that is not left out.
    public let knownCount: Int
    /// How many queries have a class that is not in the gallery.
    public let unknownCount: Int
    /// How many queries have their class in the gallery, but no item of it that counts; they are neither known nor unknown.
    public let loneCount: Int
    /// The part of the known queries whose most similar item is of their class, accepted or not.
    public let rankOneRate: Double
    /// The wanted false accept rates, each once.
    public let rates: [Double]
    /// The thresholds for the wanted rates, in their order; nil for a rate below 1/``unknownCount``.
    public let operations: [Operation?]
    /// How often a known query is more similar to its nearest item than an unknown one, ties counted half.
    public let rejectionArea: Double
    /// FPR95, the part of the unknown queries that is accepted where 95 % of the known ones are.
    public let acceptedUnknownRate: Double

    private let queries: [BestKeys]
    private let groupCount: Int

    init?(_ queries: [BestKeys], groupCount: Int, rates: [Double]) {
        (self.queries, self.groupCount, self.rates) = (queries, groupCount, rates)
        guard let whole = Outcome(queries, without: nil) else { return nil }
        knownCount = whole.knownCount
        unknownCount = whole.accepted.impostorCount
        loneCount = queries.count - knownCount - unknownCount
        rankOneRate = Double(whole.identified.genuineCount) / Double(knownCount)
        operations = rates.map { rate in
            let allowed = allowedCount(rate, of: whole.accepted.impostorCount)
            guard allowed > 0, let run = whole.identified.runOfImpostor(number: allowed + 1) else { return nil }
            let accepted = AcceptedPairs(whole.identified)
            return Operation(
                falseAcceptRate: rate,
                threshold: SimilarityGrid.similarity(whole.identified.runs[run].high + 1),
                acceptedUnknownCount: accepted.impostors[run],
                identificationRate: Double(accepted.genuine[run]) / Double(whole.knownCount))
        }
        rejectionArea = whole.value(of: .rejectionArea) ?? 0
        acceptedUnknownRate = whole.value(of: .acceptedUnknown) ?? 0
    }

    /// The metrics there are values of.
    public var metrics: [VerificationMetric] {
        zip(rates, operations).compactMap { $1 == nil ? nil : .identificationRate(falseAcceptRate: $0) }
            + [.rejectionArea, .acceptedUnknown]
    }

    /// The value of a metric; nil for one that is not about queries, or a rate that is not among the wanted ones.
    public subscript(metric: VerificationMetric) -> Double? {
        switch metric {
        case .identificationRate(let rate): rates.firstIndex(of: rate).flatMap { operations[$0]?.identificationRate }
        case .rejectionArea: rejectionArea
        case .acceptedUnknown: acceptedUnknownRate
        case .acceptRate, .equalErrorRate, .area: nil
        }
    }

    /// The values with their errors over other classes, by a jackknife that leaves out a group of classes in turn, among the
    /// queries and in the gallery; no errors without groups.
    public var estimates: [VerificationMetric: Estimate] {
        let left = (0..<groupCount).map { Outcome(queries, without: $0) }
        return jackknifed(metrics.map { ($0, self[$0] ?? 0) }, groupCount: groupCount > 1 ? groupCount : 0) {
            left[$1]?.value(of: $0)
        }
    }

    /// What becomes of the queries.
    private struct Outcome {
        let knownCount: Int
        /// Queries that are identified, and the unknown ones, by their highest keys.
        let identified: PairCounts
        /// All known queries, and the unknown ones.
        let accepted: PairCounts

        /// - Parameter left: a group of classes to leave out; nil for none.
        init?(_ queries: [BestKeys], without left: Int?) {
            var (identified, known, unknown): ([Int32], [Int32], [Int32]) = ([], [], [])
            for query in queries where query.group != left {
                var other = Int32.min
                for (group, key) in query.others.enumerated() where group != left { other = max(other, key) }
                if let own = query.own {
                    known.append(max(own, other))
                    if own > other { identified.append(own) }
                } else if query.isUnknown {
                    unknown.append(other)
                }
            }
            guard !known.isEmpty, !unknown.isEmpty else { return nil }
            knownCount = known.count
            self.identified = PairCounts(genuine: identified, impostors: unknown)
            accepted = PairCounts(genuine: known, impostors: unknown)
        }

        func value(of metric: VerificationMetric) -> Double? {
            switch metric {
            case .identificationRate(let rate):
                (AcceptedPairs(identified).acceptRate(atFalseAcceptRate: rate) ?? 0)
                    * Double(identified.genuineCount) / Double(knownCount)
            case .rejectionArea: AcceptedPairs(accepted).area
            case .acceptedUnknown:
                AcceptedPairs(accepted).falseAcceptRate(atAcceptRate: 0.95)
            case .acceptRate, .equalErrorRate, .area: nil
            }
        }
    }
}

/// The highest keys of a query.
struct BestKeys: Sendable, Equatable {
    /// The group of its class.
    var group: Int
    /// Whether its class is not in the gallery.
    var isUnknown: Bool
    /// The highest key with an item of its class; nil without any.
    var own: Int32?
    /// The highest key with an item of another class in each group; the lowest number where there is none.
    var others: [Int32]
}

/// Finds the highest keys of some queries.
// One thread at a time has it: see PairCounter.
final class BestKeyCounter: PairCounter, @unchecked Sendable {
    private let rows: CosineRows
    private let start: Int
    private(set) var best: [BestKeys]
    /// The highest product with an item of another class in each group, query after query.
    private var highest: [Double]
    private let groupCount: Int
    private var itemGroup = 0

    /// - Parameters:
    ///   - queries: the positions of the queries.
    ///   - unknown: whether each of them is of a class that is not in the gallery.
    init(_ rows: CosineRows, queries: Range<Int>, unknown: [Bool], groupCount: Int) {
        (self.rows, start, self.groupCount) = (rows, queries.lowerBound, groupCount)
        best = unknown.map {
            BestKeys(group: 0, isUnknown: $0, own: nil, others: Array(repeating: .min, count: groupCount))
        }
        highest = Array(repeating: -.infinity, count: queries.count * groupCount)
    }

    func count(query: Int, first: Int, products: UnsafeBufferPointer<Double>, genuine: Range<Int>) {
        let place = query - start
        for item in genuine {
            best[place].own = max(best[place].own ?? .min, rows.key(query, first + item, product: products[item]))
        }
        for part in [0..<genuine.lowerBound, genuine.upperBound..<products.count] {
            findHighest(query, first: first, products: products, among: part)
        }
    }

    private func findHighest(_ query: Int, first: Int, products: UnsafeBufferPointer<Double>, among part: Range<Int>) {
        guard !part.isEmpty else { return }
        var largest = -Double.infinity
        for item in part { largest = products[item] > largest ? products[item] : largest }
        let place = (query - start) * groupCount + itemGroup
        // A product that is lower by more than both can err by is of no higher key.
        let lowest = max(highest[place], largest) - 2 * rows.doubt
        guard largest >= lowest else { return }
        for item in part where products[item] >= lowest {
            best[query - start].others[itemGroup] = max(
                best[query - start].others[itemGroup], rows.key(query, first + item, product: products[item]))
        }
        highest[place] = max(highest[place], largest)
    }

    func beginBlock(queryGroup: Int, itemGroup: Int) {
        self.itemGroup = itemGroup
        for place in best.indices { best[place].group = queryGroup }
    }

    func endBlock() {}
}

extension VerificationSet {
    /// Measures how well queries are identified in the gallery, and how well those of other classes are rejected.
    ///
    /// - Parameters:
    ///   - rates: the false accept rates to find thresholds for, above 0 and below 1; one that is given twice counts once.
    ///   - groups: the group of each class, which a jackknife leaves out in turn; nil for no errors.
    /// - Returns: nil if all queries are of classes in the gallery, or none.
    /// - Complexity: O(n·m·d) operations for n queries and m items.
    /// - Precondition: there are queries and a gallery.
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query rows.
    public func openSetScores(
        falseAcceptRates rates: [Double] = VerificationMetric.standardRates, withoutEach groups: ClassGroups? = nil
    ) throws -> OpenSetScores? {
        let rates = VerificationMetric.wantedRates(rates)
        try requireFiniteRows()
        let classes = Set(itemClasses)
        let isKnown = queryClasses.map(classes.contains)
        guard isKnown.contains(true), isKnown.contains(false) else { return nil }
        let walk = PairWalk(self, groups: groups)
        let counters = walk.runByQueries { queries in
            BestKeyCounter(
                walk.rows, queries: queries, unknown: queries.map { !isKnown[Int(walk.rows.queries.rows[$0])] },
                groupCount: walk.groupCount)
        }
        try WorkStop.check()
        return OpenSetScores(counters.flatMap(\.best), groupCount: walk.groupCount, rates: rates)
    }
}
