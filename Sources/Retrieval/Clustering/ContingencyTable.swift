/// How often each class meets each cluster, only the pairs that do meet being stored.
///
/// The cells are sorted by their numbers alone, and names are forgotten, so that whatever is summed over them is the
/// same to the last bit for any order of the items and any naming of classes and clusters.
struct ContingencyTable: Sendable {
    /// A class and a cluster that meet.
    struct Cell: Sendable, Comparable {
        /// How many items are in both; at least one.
        let count: Int
        /// How many items the class has.
        let classSize: Int
        /// How many items the cluster has.
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
    /// The pairs that meet, ascending.
    let cells: [Cell]

    /// Counts n items.
    ///
    /// - Precondition: both have n numbers.
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

    /// Whether both assignments group the items alike.
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
