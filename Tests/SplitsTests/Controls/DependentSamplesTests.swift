import Datasets
import DenseLinearAlgebra
import Splits
import TestSupport
import Testing

@Suite struct DependentSamplesTests {
    /// Classes about one centre, of `unique` images a class with `copies` of each, which differ by `jitter`.
    private func data(
        classCount: Int, unique: Int, copies: Int = 1, jitter: Double = 0, dimension: Int, seed: UInt64
    ) -> SyntheticData {
        var rng = SplitMix64(seed: seed)
        var data = SyntheticData()
        for number in 0..<classCount {
            let label = "class-\(1000 + number)"
            for image in 0..<unique {
                let place = (0..<dimension).map { _ in rng.bell() }
                data.addClass("\(label)/\(image)", at: place, count: copies, spread: jitter, using: &rng)
            }
            let first = data.samples.count - unique * copies
            for sample in first..<data.samples.count {
                data.samples[sample] = Sample(id: data.samples[sample].id, classLabel: label)
            }
        }
        return data
    }

    /// Of forty data sets of independent samples, two would have near-copies at a rate of 5 %, and seven or more once in two
    /// hundred times.
    @Test(arguments: [2, 6, 48])
    func independentSamplesAreHardlyEverNearCopies(dimension: Int) throws {
        var found = 0
        for seed in 0..<40 {
            let embedded = try data(
                classCount: 20, unique: 2 + seed % 5 * 6, dimension: dimension, seed: 900 + UInt64(seed)
            ).embedded()
            if DependentSamples(of: embedded).sampleCount > 0 { found += 1 }
        }
        #expect(found <= 6, "\(found) of 40")
    }

    @Test(arguments: [(4, 3, 0.0), (4, 3, 0.2), (2, 6, 0.0), (2, 6, 0.2), (8, 2, 0.2), (3, 2, 0.1)])
    func copiesAreFound(unique: Int, copies: Int, jitter: Double) throws {
        let embedded = try data(
            classCount: 30, unique: unique, copies: copies, jitter: jitter, dimension: 48, seed: 4
        ).embedded()
        let found = DependentSamples(of: embedded)
        #expect(found.source == .nearCopies)
        let expected = (0..<unique).map { image in Array(image * copies..<(image + 1) * copies) }
        let exact = found.clustersOfClass.count { $0 == expected }
        #expect(exact >= 28, "\(exact) of 30")
        #expect(found.sampleCount >= 28 * unique * copies && found.clusterCount >= 28 * unique)
    }

    /// Clusters are what pairs up to some r ≤ 0.2 connect, by plain sums; every pair within r of the largest such pair is one.
    @Test func clustersAreThoseOfOneThreshold() throws {
        var data = data(classCount: 12, unique: 8, copies: 2, jitter: 0.45, dimension: 24, seed: 7)
        var rng = SplitMix64(seed: 8)
        for number in 0..<4 {
            data.addClass(
                "wide-\(number)", at: [Double](repeating: 0, count: 24), count: 9, spread: 5, using: &rng)
        }
        let embedded = try data.embedded()
        let found = DependentSamples(of: embedded)
        #expect(found.clusterCount > 10)
        var (least, greatest) = (Double.infinity, 0.0)
        for (number, clusters) in found.clustersOfClass.enumerated() {
            let samples = embedded.dataset.samplesByID(ofClass: number)
            let rows = samples.map { embedded.embeddings.row($0).map(Double.init) }
            let mean = rows[0].indices.map { j in rows.reduce(0) { $0 + $1[j] } / Double(rows.count) }
            func ratio(_ a: Int, _ b: Int) -> Double {
                var (difference, total) = (0.0, 0.0)
                for j in mean.indices {
                    let (x, y) = (rows[a][j] - mean[j], rows[b][j] - mean[j])
                    difference += (x - y) * (x - y)
                    total += x * x + y * y
                }
                return difference / total
            }
            for (index, cluster) in clusters.enumerated() {
                // What connects a cluster: the greatest of the edges of its smallest spanning tree, by Prim.
                var inside = [cluster[0]]
                while inside.count < cluster.count {
                    let outside = cluster.filter { !inside.contains($0) }
                    let pairs = inside.flatMap { a in outside.map { (ratio(a, $0), $0) } }
                    let nearest = try #require(pairs.min { $0.0 < $1.0 })
                    greatest = max(greatest, nearest.0)
                    inside.append(nearest.1)
                }
                for other in clusters[(index + 1)...] {
                    for a in cluster { for b in other { least = min(least, ratio(a, b)) } }
                }
            }
        }
        #expect(greatest <= 0.2 && greatest < least, "\(greatest) within and \(least) between clusters")
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        let data = data(classCount: 10, unique: 5, copies: 2, jitter: 0.3, dimension: 16, seed: 3)
        var rng = SplitMix64(seed: 1)
        let plain = DependentSamples(of: try data.embedded())
        let shuffled = DependentSamples(of: try data.embedded(order: data.samples.indices.shuffled(using: &rng)))
        #expect(plain == shuffled && plain.sampleCount > 40)
    }

    @Test func identicalRowsAreOneAndAClassOfThemIsUndivided() throws {
        var data = data(classCount: 16, unique: 6, dimension: 3, seed: 5)
        var rng = SplitMix64(seed: 6)
        data.addClass("still", at: [1, 2, 3], count: 4, spread: 0, using: &rng)
        let embedded = try data.embedded()
        let found = DependentSamples(of: embedded)
        #expect(found.clustersOfClass[16] == [[0, 1, 2, 3]])
        let halves = SampleHalves(of: embedded, keeping: found, seed: 1)
        #expect(halves.leftOutClasses == [16])
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 4
        let series = try SplitSeries(of: embedded, by: settings)
        let controls = try #require(series.controls)
        #expect(controls.undividedClasses == [16] && controls.singletonClassCount == 0)
        #expect(controls.levels.allSatisfy { $0.holdout?.partition.sides[16] == nil })
    }

    private func grouped(_ data: SyntheticData, _ group: (Int) -> String?) throws -> EmbeddedDataset {
        var data = data
        for (index, sample) in data.samples.enumerated() {
            data.samples[index] = Sample(id: sample.id, classLabel: sample.classLabel, group: group(index))
        }
        return try data.embedded()
    }

    /// Groups of two of a class's six samples, so that the halves have three each wherever groups allow it.
    @Test func groupsStayTogetherInTheHalves() throws {
        let data = data(classCount: 20, unique: 6, dimension: 4, seed: 9)
        let embedded = try grouped(data) { $0 % 6 < 4 ? "g\($0 / 2)" : nil }
        let found = DependentSamples(of: embedded)
        #expect(found.source == .groups && found.sampleCount == 80 && found.clusterCount == 40)
        #expect(found.clustersOfClass.allSatisfy { $0 == [[0, 1], [2, 3], [4], [5]] })
        var draws: Set<[Int]> = []
        for seed in 0..<10 {
            let halves = SampleHalves(of: embedded, keeping: found, seed: UInt64(seed))
            for (number, samples) in embedded.dataset.samplesOfClass.enumerated() {
                let (choosing, measuring) = (halves.choosing[number], halves.measuring[number])
                #expect((choosing + measuring).sorted() == samples.sorted())
                // A pair and one sample alone; or the two alone, if they were drawn before any pair.
                #expect([2, 3].contains(choosing.count))
                for group in [[0, 1], [2, 3]] {
                    #expect(Set(group.map { choosing.contains(samples[$0]) }).count == 1)
                }
            }
            draws.insert(halves.choosing[0])
        }
        #expect(draws.count > 2)
    }

    @Test func aGroupOverSeveralClassesIsInOneHalf() throws {
        let data = data(classCount: 8, unique: 6, dimension: 4, seed: 10)
        let embedded = try grouped(data) { "g\($0 % 3)" }
        for seed in 0..<10 {
            let halves = SampleHalves(
                of: embedded, keeping: DependentSamples(of: embedded), seed: UInt64(seed))
            func groups(_ half: [[Int]]) -> Set<Int> { Set(half.joined().map { $0 % 3 }) }
            #expect(groups(halves.choosing).isDisjoint(with: groups(halves.measuring)))
            #expect(halves.leftOutClasses.isEmpty)
        }
    }

    /// Without groups or near-copies, the first half of a shuffle of each class's samples chooses.
    @Test func independentSamplesAreHalved() throws {
        let embedded = try data(classCount: 20, unique: 7, dimension: 12, seed: 11).embedded()
        let halves = SampleHalves(of: embedded, keeping: DependentSamples(of: embedded), seed: 3)
        for (number, samples) in embedded.dataset.samplesOfClass.enumerated() {
            #expect(halves.choosing[number].count == 3)
            #expect(Set(halves.choosing[number] + halves.measuring[number]) == Set(samples))
        }
    }

    /// Of noise in near-copies the hardest level is flagged no more often than of other noise.
    ///
    /// With copies in both halves most would be.
    @Test(arguments: [(4, 3), (2, 6)])
    func noiseInNearCopiesIsNotTakenForShift(unique: Int, copies: Int) throws {
        var flagged = 0
        for seed in 0..<30 {
            let embedded = try data(
                classCount: 24, unique: unique, copies: copies, jitter: 0.1, dimension: 12, seed: 700 + UInt64(seed)
            ).embedded()
            var settings = SplitSettings()
            settings.search.removal.minimumClassCount = 24
            settings.levels = .evenly(3)
            let controls = try #require(try SplitSeries(of: embedded, by: settings).controls)
            if controls.levels.last?.isShift == true { flagged += 1 }
        }
        // At 5 %, six or more of 30 once in three hundred times.
        #expect(flagged <= 5, "\(flagged) of 30")
    }
}
