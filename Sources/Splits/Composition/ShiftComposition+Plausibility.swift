internal import Files

extension ShiftComposition {
    /// Refuses numbers that nothing can be drawn with.
    ///
    /// - Parameter place: where the composition is in the manifest.
    /// - Throws: ``/Files/ImplausibleValue``.
    func requirePlausibleValues(at place: String) throws {
        for (number, column) in columns.enumerated() {
            let place = "\(place).columns.\(number)"
            try requireNumber(column.difference, in: NumberRange.part, "\(place).difference")
            try requireNumber(column.randomMean, in: NumberRange.part, "\(place).random_mean")
            try requireNumber(column.p, in: NumberRange.part, "\(place).p")
            try requireNumber(column.valueCount, in: NumberRange.count, "\(place).value_count")
            for (number, value) in column.values.enumerated() {
                try requireNumber(value.train, in: NumberRange.part, "\(place).values.\(number).train")
                try requireNumber(value.test, in: NumberRange.part, "\(place).values.\(number).test")
            }
        }
        guard let direction else { return }
        try requireNumber(direction.separation, in: NumberRange.part, "\(place).direction.separation")
        for (name, end) in [("train", direction.train), ("test", direction.test)] {
            for (number, found) in end.classes.enumerated() {
                try requireNumber(
                    found.position, in: NumberRange.signed, "\(place).direction.\(name).classes.\(number).position")
            }
        }
    }
}
