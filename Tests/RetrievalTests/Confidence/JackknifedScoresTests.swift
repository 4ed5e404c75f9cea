import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct JackknifedScoresTests {
    /// Noisy classes of 1 to 6 samples.
    private func sample(seed: UInt64, classCount: Int) -> (matrix: Matrix<Float>, classes: [Int]) {
        var rng = SplitMix64(seed: seed)
        var rows: [[Float]] = []
        var classes: [Int] = []
        for number in 0..<classCount {
            let centre = (0..<5).map { _ in rng.bell() }
            for _ in 0..<(1 + number % 6) {
                rows.append(centre.map { Float($0 + rng.bell()) })
                classes.append(number)
            }
        }
        return (Matrix(rows: rows), classes)
    }

    @Test(arguments: [LoneQueryPolicy.excluded, .zero])
    func contributionsAgreeWithLeavingGroupsOut(policy: LoneQueryPolicy) throws {
        let (matrix, classes) = sample(seed: 4, classCount: 23)
        // Group 3 has no class.
        let groups = classes.map { [0, 1, 2, 4][$0 % 4] }
        let jackknifed = try RetrievalSet(matrix, classNumbers: classes).scores(
            withoutEach: ClassGroups(ofRows: groups, classNumbers: classes, count: 5))
        #expect(jackknifed.queryScores == (try RetrievalSet(matrix, classNumbers: classes).scores()))
        let estimates = try jackknifed.estimates(loneQueries: policy)
        let mean = try jackknifed.queryScores.mean(loneQueries: policy)
        let sizes = Dictionary(grouping: classes) { $0 }.mapValues(\.count)
        let counted = classes.indices.filter { policy == .zero || sizes[classes[$0], default: 0] > 1 }
        for metric in RetrievalMetric.standard {
            let value = try #require(mean[metric])
            var shares: [Double] = []
            var raw: [Double] = []
            for group in 0..<5 {
                let rows = classes.indices.filter { groups[$0] != group }
                let without = try RetrievalSet(matrix.selectingRows(rows), classNumbers: rows.map { classes[$0] })
                    .scores()
                    .mean(loneQueries: policy)
                let share = Double(counted.count { groups[$0] == group }) / Double(counted.count)
                shares.append(share)
                raw.append((1 - share) * (value - (without[metric] ?? .nan)))
            }
            let sum = raw.reduce(0, +)
            let filledCount = Double(shares.count { $0 > 0 })
            let scale = ((filledCount - 1) / filledCount).squareRoot()
            let estimate = try #require(estimates[metric])
            #expect(estimate.value == value)
            let effective = 1 / shares.reduce(0) { $0 + $1 * $1 }
            #expect(abs(estimate.degreesOfFreedom - (effective - 1)) < 1e-5 && effective < 4)
            for group in 0..<5 {
                let expected = (raw[group] - shares[group] * sum) / (1 - shares[group]) * scale
                #expect(abs(estimate.contributions[group] - expected) < 1e-8, "\(metric.name), group \(group)")
            }
        }
    }

    /// Items of a constant class are in the gallery whatever group is left out.
    @Test func aConstantClassIsNeverLeftOut() throws {
        let (matrix, classes) = sample(seed: 5, classCount: 20)
        let (extra, _) = sample(seed: 6, classCount: 9)
        let gallery = Matrix(rows: (matrix.elements + extra.elements).chunks(of: 5))
        let groups = classes.map { $0 % 5 }
        func set(_ rows: [Int]) -> RetrievalSet {
            let items = rows + Array(classes.count..<gallery.rowCount)
            return RetrievalSet(
                queries: .single(matrix.selectingRows(rows)), classNumbers: rows.map { classes[$0] },
                gallery: .single(gallery.selectingRows(items)),
                galleryClassNumbers: items.map { $0 < classes.count ? classes[$0] : -1 },
                ownItems: Array(rows.indices))
        }
        let all = Array(classes.indices)
        let jackknifed = try set(all).scores(
            withoutEach: ClassGroups(ofRows: groups, classNumbers: classes, count: 5), constantClass: -1)
        #expect(jackknifed.queryScores == (try set(all).scores()))
        #expect(
            try jackknifed.queryScores.mean()[.recall(1)]
                != RetrievalSet(matrix, classNumbers: classes).scores().mean()[.recall(1)])
        let counted = jackknifed.queryScores.queries
        for metric in RetrievalMetric.standard {
            let estimate = try #require(try jackknifed.estimates()[metric])
            let shares = (0..<5).map { group in
                Double(counted.count { groups[$0] == group }) / Double(counted.count)
            }
            let raw = try (0..<5).map { group in
                let without = try set(all.filter { groups[$0] != group }).scores().mean()[metric] ?? .nan
                return (1 - shares[group]) * (estimate.value - without)
            }
            let sum = raw.reduce(0, +)
            let filledCount = Double(shares.count { $0 > 0 })
            let scale = ((filledCount - 1) / filledCount).squareRoot()
            for group in 0..<5 {
                let expected = (raw[group] - shares[group] * sum) / (1 - shares[group]) * scale
                #expect(abs(estimate.contributions[group] - expected) < 1e-8, "\(metric.name), group \(group)")
            }
        }
    }

    @Test func groupsOfEqualSizeGiveTheJackknifeOfTextbooks() throws {
        var rng = SplitMix64(seed: 8)
        let classes = (0..<40).map { $0 / 4 }
        let matrix = Matrix(rows: classes.map { number in (0..<4).map { _ in Float(rng.bell() + Double(number % 3)) } })
        let groups = classes.map { $0 % 5 }
        let estimate = try #require(
            try RetrievalSet(matrix, classNumbers: classes).scores(
                by: RankingRules(similarity: .euclidean),
                withoutEach: ClassGroups(ofRows: groups, classNumbers: classes, count: 5)
            ).estimates()[.averagePrecisionAtR])
        let values = try (0..<5).map { group in
            let rows = classes.indices.filter { groups[$0] != group }
            return try RetrievalSet(matrix.selectingRows(rows), classNumbers: rows.map { classes[$0] }).scores(
                by: RankingRules(similarity: .euclidean)
            ).mean()[.averagePrecisionAtR] ?? .nan
        }
        let mean = values.reduce(0, +) / 5
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * 4 / 5
        #expect(abs(estimate.contributions.reduce(0) { $0 + $1 * $1 } - variance) < 1e-6 * variance)
        // Five groups are three blocks, too few to tell pairs from what their groups do to all others.
        #expect(estimate.pairContributions == [0, 0, 0])
        #expect(estimate.degreesOfFreedom == 4)
        #expect(estimate.standardError.map { abs($0 - variance.squareRoot()) < 1e-6 * $0 } == true)
    }

    /// What pairs of blocks have beyond products, from the scores without each group, query by query.
    @Test func pairsAreWhatProductsLeaveOver() throws {
        let (matrix, classes) = sample(seed: 12, classCount: 60)
        let groupCount = 11
        let groups = classes.map { $0 % groupCount }
        let estimate = try #require(
            try RetrievalSet(matrix, classNumbers: classes).scores(
                withoutEach: ClassGroups(ofRows: groups, classNumbers: classes, count: groupCount)
            )
            .estimates()[.averagePrecisionAtR])
        let whole = try RetrievalSet(matrix, classNumbers: classes).scores()
        let values = try #require(whole[.averagePrecisionAtR])
        let blockCount = 6
        var table = [[Double]](repeating: [Double](repeating: 0, count: blockCount), count: blockCount)
        var shares = [Double](repeating: 0, count: blockCount)
        for query in whole.queries { shares[groups[query] / 2] += 1 / Double(whole.queries.count) }
        for group in 0..<groupCount {
            let rows = classes.indices.filter { groups[$0] != group }
            let without = try RetrievalSet(matrix.selectingRows(rows), classNumbers: rows.map { classes[$0] }).scores()
            let scores = Dictionary(
                uniqueKeysWithValues: zip(without.queries.map { rows[$0] }, without[.averagePrecisionAtR] ?? []))
            for (query, value) in zip(whole.queries, values) where groups[query] / 2 != group / 2 {
                let gain = try #require(scores[query]) - value
                #expect(gain >= 0)
                table[groups[query] / 2][group / 2] += gain / Double(values.count)
                table[group / 2][groups[query] / 2] += gain / Double(values.count)
            }
        }
        // Six blocks leave (6 − 3)/(6 − 1) of the squares, pairs within blocks are missing, and half is handed on.
        let scale = (0.5 * 5 / 3 / (1 - shares.reduce(0) { $0 + $1 * $1 })).squareRoot()
        var rest = [[Double]](repeating: [Double](repeating: 0, count: blockCount), count: blockCount)
        var pairs = estimate.pairContributions.makeIterator()
        for a in 0..<blockCount {
            for b in (a + 1)..<blockCount {
                let next = pairs.next()
                let pair = try #require(next)
                rest[a][b] = pair / scale
                rest[b][a] = pair / scale
            }
        }
        #expect(pairs.next() == nil)
        // The fit has the sums of the table's rows…
        let largest = table.flatMap { $0 }.max() ?? 0
        for row in rest { #expect(abs(row.reduce(0, +)) < 1e-5 * largest) }
        #expect(rest.flatMap { $0 }.contains { abs($0) > 0.05 * largest }, "nothing is left over")
        // … and is a product, so that f_ab·f_cd = f_ad·f_cb.
        func fit(_ a: Int, _ b: Int) -> Double { table[a][b] - rest[a][b] }
        for (a, b, c, d) in [(0, 1, 2, 3), (1, 4, 5, 2), (3, 0, 4, 5)] {
            #expect(abs(fit(a, b) * fit(c, d) - fit(a, d) * fit(c, b)) < 1e-5 * largest * largest)
        }
    }

    @Test func oneGroupKnowsNothingOfItsError() throws {
        let (matrix, classes) = sample(seed: 5, classCount: 6)
        let estimate = try RetrievalSet(matrix, classNumbers: classes).scores(
            withoutEach: ClassGroups(ofRows: classes.map { _ in 2 }, classNumbers: classes, count: 20)
        ).estimates()[.recall(1)]
        #expect(estimate?.standardError == nil)
        #expect(estimate != nil)
    }

    @Test func groupsOfADatasetAreEquallyLargeAndShared() {
        let groups = ConfidenceMethod.classJackknife().groups(ofClasses: 47)
        let sizes = Dictionary(grouping: groups) { $0 }.values.map(\.count).sorted()
        #expect(sizes.count == 20 && sizes[0] == 2 && sizes[19] == 3)
        #expect(groups == ConfidenceMethod.classJackknife().groups(ofClasses: 47))
        #expect(groups != ConfidenceMethod.classJackknife(seed: 1).groups(ofClasses: 47))
        #expect(Set(ConfidenceMethod.classJackknife().groups(ofClasses: 7)).count == 7)
    }

    @Test func theBootstrapOfTheQueries() throws {
        let (matrix, classes) = sample(seed: 6, classCount: 60)
        let single = try RetrievalSet(matrix, classNumbers: classes).scores()
        let estimates = try single.bootstrapEstimates(
            sampleNumbers: Array(classes.indices), sampleCount: classes.count,
            method: .fixedGalleryBootstrap(drawCount: 4000), loneQueries: .excluded)
        for metric in [RetrievalMetric.recall(1), .averagePrecisionAtR] {
            let values = try #require(single[metric])
            let estimate = try #require(estimates[metric])
            #expect(abs(estimate.value - values.reduce(0, +) / Double(values.count)) < 1e-12)
            // Over ever more draws the error of a mean is √(Σ (x − x̄)²)/n.
            let squares = values.reduce(0) { $0 + ($1 - estimate.value) * ($1 - estimate.value) }
            let expected = squares.squareRoot() / Double(values.count)
            let error = try #require(estimate.standardError)
            #expect(abs(error / expected - 1) < 0.05)
        }
    }
}

extension Array {
    /// The elements in runs of one length.
    fileprivate func chunks(of length: Int) -> [[Element]] {
        stride(from: 0, to: count, by: length).map { Array(self[$0..<$0 + length]) }
    }
}
