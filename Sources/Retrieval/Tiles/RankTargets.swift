/// The relevant items of the queries of a tile, while items are counted for them; accesses are unchecked.
struct RankTargets {
    let counts: UnsafeMutableBufferPointer<Int32>
    let values: UnsafeBufferPointer<Float>
    let items: UnsafeBufferPointer<Int32>
    let starts: UnsafeBufferPointer<Int>
    let ties: TieOrder

    /// Counts an item that is not relevant to the query at p and is at least as similar as its least similar relevant
    /// item.
    @inline(__always)
    func count(_ value: Float, item: Int32, forQuery p: Int) {
        guard let values = values.baseAddress, let items = items.baseAddress, let counts = counts.baseAddress,
            let starts = starts.baseAddress
        else { return }
        let end = starts[p &+ 1]
        // A binary search without branches, which would be unpredictable, for the first relevant item that is not more
        // similar.
        var place = starts[p]
        var rest = end &- place
        while rest > 1 {
            let half = rest &>> 1
            place = values[place &+ half &- 1] > value ? place &+ half : place
            rest &-= half
        }
        if values[place] > value { place &+= 1 }
        // Among equal ones, row numbers decide. There may be many, so they are searched as well.
        guard place < end, values[place] == value else {
            if place < end { counts[place] &+= 1 }
            return
        }
        var (low, high) = (place, end)
        while low < high {
            let middle = (low &+ high) &>> 1
            if values[middle] < value || precedesEqual(item, items[middle]) { high = middle } else { low = middle &+ 1 }
        }
        if low < end { counts[low] &+= 1 }
    }

    /// Whether an item ranks before a relevant one of the same similarity.
    private func precedesEqual(_ item: Int32, _ relevant: Int32) -> Bool {
        switch ties {
        case .sampleOrder: item < relevant
        case .relevantFirst: false
        case .relevantLast: true
        }
    }
}
