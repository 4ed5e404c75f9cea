/// How many items each class shares with each cluster; only pairs that share items are stored.
///
/// The cells are sorted by their counts alone and do not keep the class and cluster numbers, so any sum over them is
/// the same to the last bit for any order of the items and any numbering of classes and clusters.
struct ContingencyTable: Sendable {
    /// A class and a cluster that share items.
    struct Cell: Sendable, Comparable {
        /// The number of items in both; at least one.
        let count: Int
        /// The number of items in the class.
        let classSize: Int
        /// The number of items in the cluster.
        let clusterSize: Int

        static func < (a: Cell, b: Cell) -> Bool {
            (a.count, a.classSize, a.clusterSize) < (b.count, b.classSize, b.clusterSize)
        }
    }

    /// The number of items.
    let itemCount: Int
    /// The sizes of the classes, ascending.
    let classSizes: [Int]
    /// The sizes of the clusters, ascending.
    let clusterSizes: [Int]
    /// The pairs that share items, ascending.
    let cells: [Cell]

    /// Counts n items.
    ///
    /// - Precondition: both arrays have n numbers.
    /// - Complexity: O(n log n) operations and O(n) memory, however many classes and clusters there are.
    init(classNumbers: [Int], clusterNumbers: [Int]) {
        precondition(
            classNumbers.count == clusterNumbers.count,
            "\(classNumbers.count) class numbers for \(clusterNumbers.count) cluster numbers")
        let (classes, classSizes) = Self.index(classNumbers)
        let (clusters, clusterSizes) = Self.index(clusterNumbers)
        let pairs = zip(classes, clusters).map { $0 * clusterSizes.count + $1 }.sorted()
        var cells: [Cell] = []
        var first = 0
        while first < pairs.count {
            let pair = pairs[first]
            var end = first + 1
            while end < pairs.count, pairs[end] == pair { end += 1 }
            let (row, column) = pair.quotientAndRemainder(dividingBy: clusterSizes.count)
            cells.append(Cell(count: end - first, classSize: classSizes[row], clusterSize: clusterSizes[column]))
            first = end
        }
        itemCount = classNumbers.count
        self.classSizes = classSizes.sorted()
        self.clusterSizes = clusterSizes.sorted()
        self.cells = cells.sorted()
    }

    /// Whether both assignments group the items identically.
    var isPerfect: Bool {
        cells.count == classSizes.count && cells.count == clusterSizes.count
    }

    /// Whether one of the assignments leaves every item on its own.
    var hasOnlySingletonsOnOneSide: Bool {
        classSizes.count == itemCount || clusterSizes.count == itemCount
    }

    /// Each item's group, numbered by first occurrence, and the groups' sizes.
    private static func index(_ numbers: [Int]) -> (groups: [Int], sizes: [Int]) {
        var groupOfNumber: [Int: Int] = [:]
        var sizes: [Int] = []
        let groups = numbers.map { number in
            let group = groupOfNumber[number] ?? sizes.count
            if group == sizes.count {
                groupOfNumber[number] = group
                sizes.append(0)
            }
            sizes[group] += 1
            return group
        }
        return (groups, sizes)
    }
}
