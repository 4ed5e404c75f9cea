/// Where the ranking pass has the similarities of queries to items from.
///
/// The pass is generic over it and specialised within this module, so that the plain source costs nothing more.
protocol SimilaritySource: Sendable {
    /// What counts items in a row of similarities, and says what numbers these are.
    associatedtype Counter: RowCounter
    /// What one thread keeps from row to row.
    associatedtype Scratch

    /// The number of rows of queries, those that are no queries included.
    var queryCount: Int { get }
    /// The number of items, hence of similarities in a row.
    var itemCount: Int { get }

    func makeScratch() -> Scratch
    /// Writes the rows of some queries one after the other, growing the buffer where it is short.
    func fill(_ similarities: inout [Counter.Value], rows: Range<Int>)
    /// Makes one of these rows final.
    func finish(_ row: UnsafeMutableBufferPointer<Counter.Value>, query: Int, scratch: inout Scratch)
}
