/// The most similar of some items to a query, with which others are compared.
struct LeadingItem {
    /// The query's position.
    let query: Int
    /// Whether all items are equally similar, as they are to the zero vector by cosine.
    let isIndifferent: Bool
    /// The item's position.
    let item: Int
    /// The item's similarity, and how far that can be off.
    let value: Double
    let doubt: Double
    /// The similarity by better means, once it has been needed.
    private var refined: [Double] = [.nan]
    private var precise: [Int: PreciseSimilarity] = [:]

    init(_ item: Int, ofQuery query: Int, isIndifferent: Bool, value: Double, doubt: Double) {
        (self.item, self.query, self.isIndifferent) = (item, query, isIndifferent)
        (self.value, self.doubt) = (value, doubt)
    }

    /// Bounds of similarities in single precision: what is below the first surely comes after the item, what is above the second
    /// before it.
    ///
    /// - Parameter other: how far the other similarities can be off.
    func bounds(against other: Float, in rows: ComparableRows) -> (floor: Float, ceiling: Float) {
        // Then similarities are exact, and only equal ones are in doubt.
        if rows.bounds.exactness == .single { return (Float(value), Float(value)) }
        let doubt = doubt + Double(other)
        return (Float(value - doubt).nextDown, Float(value + doubt).nextUp)
    }

    /// Whether another item comes before this one, by exact comparison; of equally similar ones the first row does.
    mutating func isPreceded(by other: Int, in rows: ComparableRows) -> Bool {
        let numbers = rows.items.rows
        guard !isIndifferent else { return numbers[other] < numbers[item] }
        let order = rows.withMemory { memory in
            var comparison = ItemComparison(query: query, item: other, in: memory)
            return comparison.order(
                before: item, original: rows.originals?[item], refined: &refined, precise: &precise, at: 0)
        }
        return switch order {
        case .before: true
        case .after: false
        case .tie: numbers[other] < numbers[item]
        }
    }
}
