extension RandomAccessCollection {
    /// The first index, of a collection partitioned by `predicate`, where it holds; the end where it nowhere does.
    func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = index(low, offsetBy: distance(from: low, to: high) / 2)
            if predicate(self[middle]) { high = middle } else { low = index(after: middle) }
        }
        return low
    }
}
