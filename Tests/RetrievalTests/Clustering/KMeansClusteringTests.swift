import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct KMeansClusteringTests {
    @Test func aLineByHand() throws {
        // Two groups, with means 1 and 11 and squared deviations 1 + 0 + 1 and 1 + 1.
        let line = Matrix<Float>(rows: [[0], [10], [1], [12], [2]])
        let clustering = try kMeansClustering(of: line, clusterCount: 2, startCount: 4)
        let low = clustering.clusterNumbers[0]
        #expect(clustering.clusterNumbers == [low, 1 - low, low, 1 - low, low])
        #expect(clustering.centres[low, 0] == 1)
        #expect(clustering.centres[1 - low, 0] == 11)
        #expect(clustering.inertia == 4)
        #expect(clustering.hasConverged)
    }

    @Test func oneClusterHasTheMean() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [2, 6], [3, 0], [6, 2]])
        let clustering = try kMeansClustering(of: rows, clusterCount: 1)
        #expect(clustering.clusterNumbers == [0, 0, 0, 0])
        #expect(clustering.centres == Matrix(rows: [[3, 2]]))
        // (4 + 4) + (1 + 16) + (0 + 4) + (9 + 0)
        #expect(clustering.inertia == 38)
        #expect(clustering.hasConverged)
    }

    @Test func aClusterForEachRowLeavesNothing() throws {
        let (rows, _) = clusteredEmbeddings(n: 90, d: 5, classCount: 4, spread: 0.5, seed: 3)
        let clustering = try kMeansClustering(of: rows, clusterCount: 90)
        #expect(Set(clustering.clusterNumbers) == Set(0..<90))
        #expect(clustering.inertia == 0)
        for i in 0..<90 { #expect(clustering.centres.row(clustering.clusterNumbers[i]) == rows.row(i)) }
        let lone = try kMeansClustering(of: Matrix(rows: [[3, 4]]), clusterCount: 1)
        #expect(lone.clusterNumbers == [0] && lone.centres == Matrix(rows: [[3, 4]]) && lone.inertia == 0)
    }

    @Test func blobsAreRecovered() throws {
        for (n, d, k) in [(60, 2, 3), (900, 9, 12), (3000, 33, 70)] {
            let (rows, classes) = clusteredEmbeddings(n: n, d: d, classCount: k, spread: 0.01, seed: UInt64(n))
            let clustering = try kMeansClustering(of: rows, clusterCount: k, seed: 5, startCount: 3)
            let agreement = ClusteringAgreement(classNumbers: classes, clusterNumbers: clustering.clusterNumbers)
            #expect(agreement.adjustedMutualInformation == 1, "\(k) blobs")
            #expect(clustering.hasConverged)
        }
    }

    @Test func moreCandidatesFindMoreBlobs() throws {
        let (rows, classes) = clusteredEmbeddings(n: 2000, d: 40, classCount: 200, spread: 0.1, seed: 6)
        func inertia(candidateCount: Int?, seed: UInt64) throws -> Double {
            try kMeansClustering(
                of: rows, clusterCount: Set(classes).count, seed: seed, candidateCount: candidateCount
            ).inertia
        }
        var sums = [0.0, 0.0, 0.0]
        for seed in 0..<3 as Range<UInt64> {
            for (i, count) in [1, 2, 7].enumerated() { sums[i] += try inertia(candidateCount: count, seed: seed) }
        }
        #expect(sums[1] < 0.9 * sums[0])
        #expect(sums[2] < 0.8 * sums[1])
        // 2 + ⌊ln 200⌋ is more than four, and four is the most.
        #expect(try inertia(candidateCount: nil, seed: 1) == inertia(candidateCount: 4, seed: 1))
    }

    @Test func theBestOfAllDivisionsIsFound() throws {
        for seed in 0..<5 as Range<UInt64> {
            let (rows, _) = clusteredEmbeddings(n: 9, d: 2, classCount: 9, spread: 0, seed: seed)
            var smallest = Double.infinity
            for bits in 1..<1 << 8 {
                let numbers = (0..<9).map { bits >> $0 & 1 }
                smallest = min(smallest, sumOfSquares(rows, numbers, clusterCount: 2))
            }
            let clustering = try kMeansClustering(of: rows, clusterCount: 2, startCount: 30, tolerance: 0)
            #expect(abs(clustering.inertia - smallest) < 1e-12)
        }
    }

    /// The squared distances of all rows from the means of their clusters.
    private func sumOfSquares(_ rows: Matrix<Float>, _ numbers: [Int], clusterCount: Int) -> Double {
        (0..<clusterCount).reduce(0.0) { total, cluster in
            let members = rows.selectingRows(numbers.indices.filter { numbers[$0] == cluster })
            let n = Double(members.rowCount)
            return (0..<rows.columnCount).reduce(total) { total, j in
                let values = (0..<members.rowCount).map { Double(members[$0, j]) }
                let mean = values.reduce(0, +) / n
                return total + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            }
        }
    }

    /// But for near ties, which single precision may assign to the farther centre.
    @Test func inertiaNeverRises() throws {
        let (rows, _) = clusteredEmbeddings(n: 1500, d: 7, classCount: 30, spread: 1, seed: 8)
        var inertias: [Double] = []
        for count in 1...60 {
            let clustering = try kMeansClustering(
                of: rows, clusterCount: 25, seed: 4, maximalIterationCount: count, tolerance: 0)
            inertias.append(clustering.inertia)
            #expect(clustering.iterationCount == count || clustering.hasConverged)
            if clustering.hasConverged { break }
        }
        #expect(inertias.count > 5)
        for (earlier, later) in zip(inertias, inertias.dropFirst()) { #expect(later <= earlier * (1 + 1e-6)) }
        #expect((inertias.last ?? 0) < 0.98 * inertias[0])
    }

    @Test(arguments: [(700, 3, 11), (1300, 37, 130), (2500, 16, 64)])
    func rowsAreAtTheirNearestCentreAndCentresAreMeans(n: Int, d: Int, k: Int) throws {
        let (rows, _) = clusteredEmbeddings(n: n, d: d, classCount: 20, spread: 1, seed: UInt64(n))
        let clustering = try kMeansClustering(
            of: rows, clusterCount: k, seed: 1, maximalIterationCount: 1000, tolerance: 0)
        #expect(clustering.hasConverged)
        #expect(clustering.centres.rowCount == k)
        #expect(Set(clustering.clusterNumbers) == Set(0..<k))
        for i in 0..<n {
            let distances = (0..<k).map { squaredDistance(rows.row(i), clustering.centres.row($0)) }
            let nearest = try #require(distances.min())
            #expect(distances[clustering.clusterNumbers[i]] <= nearest + 1e-5)
        }
        let inertia = sumOfSquares(rows, clustering.clusterNumbers, clusterCount: k)
        #expect(abs(clustering.inertia - inertia) < 1e-9 * inertia)
        let toCentres = (0..<n).reduce(0.0) {
            $0 + squaredDistance(rows.row($1), clustering.centres.row(clustering.clusterNumbers[$1]))
        }
        #expect(abs(clustering.inertia - toCentres) < 1e-6 * inertia)
    }

    private func squaredDistance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
        zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    }

    @Test func fewerDifferentRowsMakeFewerClusters() throws {
        let base = Matrix<Float>(rows: [[1, 2], [-3, 0.5], [0, 7]])
        let copies = base.selectingRows((0..<12).map { $0 * $0 % 3 + ($0 == 7 ? 1 : 0) })
        let clustering = try kMeansClustering(of: copies, clusterCount: 5, startCount: 2)
        #expect(clustering.centres.rowCount == 3)
        #expect(Set(clustering.clusterNumbers) == [0, 1, 2])
        #expect(clustering.inertia == 0)
        let all = Matrix<Float>(rowCount: 4, columnCount: 3, repeating: 2.5)
        let single = try kMeansClustering(of: all, clusterCount: 4)
        #expect(single.clusterNumbers == [0, 0, 0, 0] && single.centres.rowCount == 1 && single.inertia == 0)
        let empty = try kMeansClustering(of: Matrix(rowCount: 3, columnCount: 0), clusterCount: 2)
        #expect(empty.clusterNumbers == [0, 0, 0] && empty.centres == Matrix(rowCount: 1, columnCount: 0))
    }

    @Test func duplicatesStayTogether() throws {
        let (base, _) = clusteredEmbeddings(n: 300, d: 19, classCount: 300, spread: 0, seed: 12)
        let indices = (0..<900).map { $0 * 7 % 300 }
        let clustering = try kMeansClustering(of: base.selectingRows(indices), clusterCount: 40, seed: 2)
        var clusters = [Set<Int>](repeating: [], count: 300)
        for (i, index) in indices.enumerated() { clusters[index].insert(clustering.clusterNumbers[i]) }
        #expect(clusters.allSatisfy { $0.count == 1 })
    }

    @Test func emptyClustersAreFilled() throws {
        // Pairs nearer to one another than inner products in single precision can tell: of the two centres at a pair,
        // the first would take both rows, and the other would be left without any. Some rows occur three times.
        var generator = SplitMix64(seed: 21)
        let pairs = (0..<40).flatMap { _ in
            let row = (0..<6).map { _ in generator.nextFloat() }
            return [row, [row[0] + 0x1p-20] + row[1...]]
        }
        let rows = Matrix(rows: pairs + pairs[..<20] + pairs[10..<20])
        let each = try kMeansClustering(of: rows, clusterCount: 80)
        #expect(each.centres.rowCount == 80)
        #expect(Set(each.clusterNumbers) == Set(0..<80))
        #expect(each.inertia == 0)
        // As many as there are different rows, and no more.
        #expect(try kMeansClustering(of: rows, clusterCount: 110).centres.rowCount == 80)
        // A chance to go wrong in every step.
        let some = try kMeansClustering(of: rows, clusterCount: 60, seed: 3, tolerance: 0)
        #expect(Set(some.clusterNumbers) == Set(0..<60))
        #expect(some.inertia < 1e-9)
    }

    @Test func theSeedDecides() throws {
        let (rows, _) = clusteredEmbeddings(n: 2000, d: 24, classCount: 10, spread: 2, seed: 15)
        func cluster(seed: UInt64, starts: Int = 1) throws -> KMeansClustering {
            try kMeansClustering(of: rows, clusterCount: 40, seed: seed, startCount: starts)
        }
        let one = try cluster(seed: 1)
        #expect(try cluster(seed: 1) == one)
        #expect(try cluster(seed: 2).inertia != one.inertia)
        var former = one.inertia
        for starts in 2...6 {
            let best = try cluster(seed: 1, starts: starts).inertia
            #expect(best <= former)
            former = best
        }
        #expect(former < one.inertia)
    }

    @Test func offsetAndScaleDoNotMatter() throws {
        var generator = SplitMix64(seed: 40)
        let values = (0..<3000).map { _ in Float(generator.next() % 512) / 16 }
        let rows = Matrix(rowCount: 500, columnCount: 6, elements: values)
        let moved = Matrix(rowCount: 500, columnCount: 6, elements: values.map { $0 * 1024 + 8_388_608 })
        let clustering = try kMeansClustering(of: rows, clusterCount: 20)
        let other = try kMeansClustering(of: moved, clusterCount: 20)
        #expect(other.clusterNumbers == clustering.clusterNumbers)
        #expect(abs(other.inertia / clustering.inertia - 1024 * 1024) < 1e-3)
    }

    @Test func lessToleranceTakesMoreIterations() throws {
        let (rows, _) = clusteredEmbeddings(n: 2000, d: 6, classCount: 10, spread: 2, seed: 16)
        let loose = try kMeansClustering(of: rows, clusterCount: 30, tolerance: 0.1)
        let tight = try kMeansClustering(of: rows, clusterCount: 30, maximalIterationCount: 1000, tolerance: 0)
        let stopped = try kMeansClustering(of: rows, clusterCount: 30, maximalIterationCount: 2, tolerance: 0)
        #expect(loose.hasConverged && tight.hasConverged && !stopped.hasConverged)
        #expect(loose.iterationCount < tight.iterationCount)
        #expect(stopped.iterationCount == 2)
        #expect(tight.inertia < loose.inertia && loose.inertia < stopped.inertia)
    }

    @Test func onlyFiniteRowsCanBeClustered() {
        let rows = Matrix<Float>(rows: [[1, 2], [3, .nan], [5, 6]])
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 1)) {
            try kMeansClustering(of: rows, clusterCount: 2)
        }
    }
}
