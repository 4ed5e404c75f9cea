/// Where the ranking pass gets the similarities of queries to items.
///
/// The pass is generic over it and specialised within this module, so that the plain source costs nothing more.
protocol SimilaritySource: Sendable {
    /// The type that counts items in a row of similarities, and defines the type of the similarities.
    associatedtype Counter: RowCounter
    /// The data that one thread keeps from row to row.
    associatedtype Scratch

    /// The number of query rows, including those that are not queries.
    var queryCount: Int { get }
    /// The number of items, and so of similarities in a row.
    var itemCount: Int { get }
    /// The number of columns of the rows, whose products are similarities.
    var columnCount: Int { get }

    func makeScratch() -> Scratch
    /// Writes the rows of some queries one after the other, growing the buffer if it is too short.
    func fill(_ similarities: inout [Counter.Value], rows: Range<Int>)
    /// Makes one of these rows final.
    func finish(_ row: UnsafeMutableBufferPointer<Counter.Value>, query: Int, scratch: inout Scratch)
}
