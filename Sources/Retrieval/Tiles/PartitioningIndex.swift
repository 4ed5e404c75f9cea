extension RandomAccessCollection {
    /// The first index at which `predicate` holds in a collection partitioned by it, or the end index if it holds
    /// nowhere.
    func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = index(low, offsetBy: distance(from: low, to: high) / 2)
            if predicate(self[middle]) { high = middle } else { low = index(after: middle) }
        }
        return low
    }
}
