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
        let sent = Share(
            values: values, failed: failed.map { Share<Value>.Failed(number: $0.number, sentence: "\($0.error)") })
        let shares = try gather(sent.portableBytes, of: place).enumerated().map { other, bytes in
            other == rank ? sent : try Share<Value>(portableBytes: bytes)
        }
        if let first = shares.compactMap(\.failed).min(by: { $0.number < $1.number }) {
            if let failed, failed.number == first.number { throw failed.error }
            throw Failure(description: first.sentence)
        }
        return (0..<count).map { shares[$0 % self.count].values[$0 / self.count] }
    }

    /// What one rank has done.
    private struct Share<Value: Portable>: Portable {
        struct Failed: Portable {
            let number: Int
            let sentence: String

            init(number: Int, sentence: String) { (self.number, self.sentence) = (number, sentence) }

            func put(into bytes: inout PortableBytes) {
                number.put(into: &bytes)
                sentence.put(into: &bytes)
            }

            init(from bytes: inout PortableBytes) throws {
                self.init(number: try Int(from: &bytes), sentence: try String(from: &bytes))
            }
        }

        let values: [Value]
        let failed: Failed?

        init(values: [Value], failed: Failed?) { (self.values, self.failed) = (values, failed) }

        func put(into bytes: inout PortableBytes) {
            values.put(into: &bytes)
            failed.put(into: &bytes)
        }

        init(from bytes: inout PortableBytes) throws {
            self.init(values: try [Value](from: &bytes), failed: try Failed?(from: &bytes))
        }
    }
}
