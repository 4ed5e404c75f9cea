/// The form of a head: how many dimensions its embeddings have, and the widths of its hidden layers.
public struct HeadArchitecture: Sendable, Equatable, CustomStringConvertible {
    /// The number of dimensions of embeddings.
    public let dimension: Int
    /// The widths of the hidden layers, from the features on; empty for a linear head.
    public let hidden: [Int]

    /// A head of ``dimension`` outputs, with ReLU after each hidden layer.
    ///
    /// - Precondition: all sizes are positive.
    public init(dimension: Int = 128, hidden: [Int] = []) {
        precondition(dimension > 0 && hidden.allSatisfy { $0 > 0 }, "\(hidden) hidden and \(dimension) outputs")
        (self.dimension, self.hidden) = (dimension, hidden)
    }

    /// In words: "linear to 128", or "256, ReLU, to 128".
    public var description: String {
        hidden.isEmpty
            ? "linear to \(dimension)" : hidden.map { "\($0), ReLU, " }.joined() + "to \(dimension)"
    }

    /// The widths from the features to the embeddings.
    func widths(inputDimension: Int) -> [Int] { [inputDimension] + hidden + [dimension] }
}
