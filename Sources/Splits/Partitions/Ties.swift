/// When two numbers count as equal, so that choices do not depend on rounding.
enum Tie {
    /// Differences below this fraction of the values compared are ties.
    ///
    /// The values compared are exact to about 1e-12, so other processors, kernels and numbers of threads, which differ
    /// in the last bits, make the same choices; and real data do not tie to nine digits by chance.
    static let tolerance = 1e-9
}

extension [(Int, value: Double, scale: Double)] {
    /// The numbers in order of decreasing value; those whose values differ only by rounding are in ascending order.
    func rankedByFallingValue() -> [Int] {
        let sorted = self.sorted { $0.value != $1.value ? $0.value > $1.value : $0.0 < $1.0 }
        var ranked: [Int] = []
        var ties: [Int] = []
        var leader: Element?
        for element in sorted {
            if let first = leader, first.value - element.value > Tie.tolerance * Swift.max(first.scale, element.scale) {
                ranked += ties.sorted()
                ties = []
                leader = element
            }
            leader = leader ?? element
            ties.append(element.0)
        }
        return ranked + ties.sorted()
    }
}
