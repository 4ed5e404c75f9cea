extension Variable {
    /// The sum of each row (n × 1), of the elements in a mask where one is given; 0 of none.
    public func rowSums(where mask: Mask? = nil) -> Variable {
        requireShape(of: mask)
        return recording(.sum(.rows), columnCount: 1, mask: mask)
    }

    /// The sum of each column (1 × d), of the elements in a mask where one is given; 0 of none.
    public func columnSums(where mask: Mask? = nil) -> Variable {
        requireShape(of: mask)
        return recording(.sum(.columns), rowCount: 1, mask: mask)
    }

    /// The sum of all elements (1 × 1), or of those in a mask; 0 of none.
    public func sum(where mask: Mask? = nil) -> Variable {
        requireShape(of: mask)
        return recording(.sum(.all), rowCount: 1, columnCount: 1, mask: mask)
    }

    /// The mean of all elements (1 × 1), or of those in a mask; 0 of none.
    public func mean(where mask: Mask? = nil) -> Variable {
        sum(where: mask) / Double(max(mask?.count ?? rowCount * columnCount, 1))
    }

    /// The mean of each row (n × 1).
    public func rowMeans() -> Variable { rowSums() / Double(max(columnCount, 1)) }

    /// The mean of each column (1 × d).
    public func columnMeans() -> Variable { columnSums() / Double(max(rowCount, 1)) }

    /// Each row divided by its length; a row of zeros stays, and has a derivative of 0.
    public func normalizedRows() -> Variable { recording(.normalizedRows) }

    /// log Σⱼ exp xᵢⱼ of each row (n × 1), over the elements in a mask where one is given, without overflow.
    ///
    /// The value of a row without elements is 0, and it has no derivative.
    ///
    /// - Parameter addingOne: computes log (1 + Σⱼ exp xᵢⱼ) instead, as the losses with soft hinges do.
    public func rowLogSumExp(where mask: Mask? = nil, addingOne: Bool = false) -> Variable {
        requireShape(of: mask)
        return recording(.logSumExp(addingOne: addingOne), columnCount: 1, mask: mask)
    }

    /// exp xᵢⱼ / Σₖ exp xᵢₖ of each row, over the elements in a mask where one is given; the others are 0.
    public func rowSoftmax(where mask: Mask? = nil) -> Variable {
        requireShape(of: mask)
        return recording(.softmax, mask: mask)
    }

    /// The largest element of each row (n × 1), of those in a mask where one is given; of several, the derivative is
    /// the first one's.
    ///
    /// - Parameter value: what stands for a row without elements.
    public func rowMaxima(where mask: Mask? = nil, otherwise value: Double = 0) -> Variable {
        requireShape(of: mask)
        return recording(.extremum(isMaximum: true, otherwise: value), columnCount: 1, mask: mask)
    }

    /// The smallest element of each row (n × 1), of those in a mask where one is given; of several, the derivative is
    /// the first one's.
    ///
    /// - Parameter value: what stands for a row without elements.
    public func rowMinima(where mask: Mask? = nil, otherwise value: Double = 0) -> Variable {
        requireShape(of: mask)
        return recording(.extremum(isMaximum: false, otherwise: value), columnCount: 1, mask: mask)
    }
}
