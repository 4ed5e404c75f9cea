extension RankGroup {
    /// The results of pieces of work, in the order of their numbers, at every rank.
    ///
    /// Rank r of n does the pieces r, r + n, r + 2n, …
    ///
    /// - Parameters:
    ///   - count: how many pieces there are.
    ///   - place: what they are, for messages.
    ///   - compute: does some of the pieces.
    /// - Throws: the error of the piece with the smallest number that fails; at the other ranks ``Failure`` with its
    ///   sentence.
    package func divide<Value: Portable>(
        count: Int, of place: String, _ compute: ([Int]) -> [Result<Value, any Error>]
    ) throws -> [Value] {
        let numbers = Array(stride(from: rank, to: count, by: self.count))
        let own = Ranks.asPiece { compute(numbers) }
        var failed: (number: Int, error: any Error)?
        var values: [Value] = []
        for (number, result) in zip(numbers, own) where failed == nil {
            switch result {
            case .success(let value): values.append(value)
            case .failure(let error): failed = (number, error)
            }
        }
        let sent = Share(values: values, failed: failed?.number, sentence: failed.map { "\($0.error)" } ?? "")
        let shares = try gather(sent.portableBytes, of: place).enumerated().map { other, bytes in
            other == rank ? sent : try Share<Value>(portableBytes: bytes)
        }
        let failures = shares.compactMap { share in share.failed.map { (number: $0, sentence: share.sentence) } }
        if let first = failures.min(by: { $0.number < $1.number }) {
            if let failed, failed.number == first.number { throw failed.error }
            throw Failure(description: first.sentence)
        }
        return (0..<count).map { shares[$0 % self.count].values[$0 / self.count] }
    }
}

/// What one rank has done.
private struct Share<Value: Portable> {
    let values: [Value]
    /// The first piece that failed; nil if none has.
    let failed: Int?
    /// Why it failed.
    let sentence: String
}

extension Share: Portable {
    func put(into bytes: inout PortableBytes) { bytes.put(values, failed, sentence) }

    init(from bytes: inout PortableBytes) throws {
        self.init(values: try bytes.get(), failed: try bytes.get(), sentence: try bytes.get())
    }
}
