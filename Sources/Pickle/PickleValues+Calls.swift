internal import Files

/// What calls of the known names would have made.
extension PickleValues {
    /// The value of a name that is called.
    ///
    /// - Throws: ``PickleFailure``.
    mutating func called(_ function: Int, _ arguments: Int) throws -> Content {
        guard case .global(let global) = self[function] else {
            throw PickleFailure(reason: "a call of \(kind(function)); expected one of a name")
        }
        guard case .list(let places) = self[arguments] else {
            throw PickleFailure(reason: "a call of \(global.rawValue) without a tuple of arguments")
        }
        let found: Content? =
            switch global {
            case .encode: try encoded(places)
            case .bytes, .bytearray: try madeBytes(places)
            case .set, .frozenset, .list: try madeList(places)
            case .dict, .orderedDictionary, .defaultDictionary: madeDictionary(places)
            case .type: try type(places).map { .numpyType($0) }
            case .scalar: try scalar(places)
            case .reconstruct: places.count == 3 && isArrayName(places[0]) ? .emptyArray : nil
            case .fromBuffer:
                (4...5).contains(places.count) ? try array(shape: places[2], type: places[1], data: places[0]) : nil
            case .array: nil
            }
        guard let found else {
            throw PickleFailure(reason: "a call of \(global.rawValue) with arguments that text and numbers do not have")
        }
        return found
    }

    /// Sets the state of a type or an array.
    ///
    /// - Throws: ``PickleFailure``.
    mutating func setState(of place: Int, to state: Int) throws {
        guard case .list(let parts) = self[state] else {
            throw PickleFailure(reason: "a state that is \(kind(state)); expected a tuple")
        }
        switch self[place] {
        case .numpyType(var type):
            guard parts.count >= 5, let order = text(parts[1]), isNone(parts[2]), isNone(parts[3]) else {
                throw PickleFailure(reason: "a type of NumPy's that has fields; expected text, numbers or objects")
            }
            type.isBigEndian = order == ">"
            self[place] = .numpyType(type)
        case .emptyArray:
            guard parts.count == 5, let array = try array(shape: parts[1], type: parts[2], data: parts[4]) else {
                throw PickleFailure(
                    reason:
                        "an array of NumPy's that is no row of text, numbers or objects, or not as long as its bytes")
            }
            self[place] = array
        default: throw PickleFailure(reason: "a state for \(kind(place)), which has none")
        }
    }

    private func isArrayName(_ place: Int) -> Bool {
        if case .global(.array) = self[place] { true } else { false }
    }

    private func isNone(_ place: Int) -> Bool {
        if case .none = self[place] { true } else { false }
    }

    private mutating func encoded(_ places: [Int]) throws -> Content? {
        guard places.count == 2, case .string(let text) = self[places[0]], let coding = self.text(places[1]),
            ["latin1", "latin-1"].contains(coding)
        else { return nil }
        try willUnpack(text.utf8.count)
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            bytes.append(byte)
        }
        return .bytes(bytes)
    }

    /// Empty bytes, or a copy of bytes.
    private func madeBytes(_ places: [Int]) throws -> Content? {
        if places.isEmpty { return .bytes([]) }
        guard places.count == 1, case .bytes = self[places[0]] else { return nil }
        return self[places[0]]
    }

    private mutating func madeList(_ places: [Int]) throws -> Content? {
        if places.isEmpty { return .list([]) }
        guard places.count == 1, case .list(let items) = self[places[0]] else { return nil }
        try willUnpack(8 * items.count)
        return .list(items)
    }

    /// A dictionary that is filled later; its default factory is ignored.
    private func madeDictionary(_ places: [Int]) -> Content? {
        switch places.first.map({ self[$0] }) {
        case nil: return .dictionary([])
        case .none?, .global(.list)?, .global(.dict)?, .global(.set)?, .global(.defaultDictionary)?:
            return places.count == 1 ? .dictionary([]) : nil
        default: return nil
        }
    }

    private func type(_ places: [Int]) throws -> NumpyType? {
        guard let code = places.first.flatMap(text) else { return nil }
        guard let type = NumpyType(code: code) else {
            throw PickleFailure(
                reason: "the type \"\(excerpt(code))\" of NumPy's; expected text, numbers or objects")
        }
        return type
    }

    private mutating func scalar(_ places: [Int]) throws -> Content? {
        guard places.count == 2, case .numpyType(let type) = self[places[0]], case .bytes(let bytes) = self[places[1]],
            bytes.count == type.size
        else { return nil }
        try willUnpack(bytes.count)
        return type.element(of: bytes[...])
    }

    /// A one-dimensional array as the list of its elements; a zero-dimensional array as its only element.
    private mutating func array(shape: Int, type: Int, data: Int) throws -> Content? {
        guard case .list(let dimensions) = self[shape], dimensions.count <= 1, case .numpyType(let type) = self[type]
        else { return nil }
        var count = 1
        if let first = dimensions.first {
            guard case .int(let length) = self[first], length >= 0 else { return nil }
            count = length
        }
        var places: [Int] = []
        if type.kind == .object {
            guard case .list(let items) = self[data], items.count == count else { return nil }
            try willUnpack(8 * items.count)
            places = items
        } else {
            guard case .bytes(let bytes) = self[data] else { return nil }
            let size = Int(type.size)
            // Elements of size 0 take no bytes, however many there are, so only one of them is allowed.
            guard size > 0 ? bytes.count % size == 0 && bytes.count / size == count : bytes.isEmpty && count <= 1
            else { return nil }
            try willUnpack(bytes.count)
            for index in 0..<count {
                guard let element = type.element(of: bytes[(index * size)..<((index + 1) * size)]) else { return nil }
                places.append(try add(element))
            }
        }
        return dimensions.isEmpty ? self[places[0]] : .list(places)
    }
}
