internal import Files

/// Reads pickles of plain data, protocols 0 to 5, and nothing else.
///
/// A pickle is a program for a stack machine that can call whatever it names. This reader knows the opcodes of
/// dictionaries, lists, tuples, sets, text, bytes, numbers, booleans and `None`, and a closed list of names
/// (``PickleGlobal``) that containers and NumPy's text, numbers and arrays need; it builds what they would have made,
/// without calling anything. Every other name and every opcode that would make an object is refused as soon as it is
/// read, not only when it is used.
///
/// The work and the memory are bounded (``PickleValues/Limit``, `MemoryBudget`): most opcodes make at most one value, and whatever can
/// be made repeatedly from the same bytes, an array or a copy of a list, is counted.
///
/// Source: the opcodes as CPython's `pickletools` documents them, and the `__reduce__` of NumPy's `dtype`, scalars and
/// arrays.
package struct PickleReader {
    private var bytes: PickleBytes
    private var values: PickleValues
    private var stack: [Int] = []
    private var marks: [Int] = []
    private var memo: [Int: Int] = [:]

    /// Reads `bytes`.
    ///
    /// - Throws: ``PickleFailure``, which says at which byte the opcode was; ``/Files/FileError`` for a wrong
    ///   `OODML_MEMORY`.
    package static func values(of bytes: [UInt8]) throws -> PickleValues {
        let room = try MemoryBudget.current().allowance(for: bytes.count, factor: MemoryBudget.texts)
        var reader = PickleReader(bytes: PickleBytes(bytes), room: room)
        var start = 0
        do {
            while try reader.step() {
                start = reader.bytes.position
                try reader.values.requireRoom(beside: 16 * reader.stack.count + 48 * reader.memo.count)
            }
        } catch let failure as PickleFailure {
            throw PickleFailure(reason: "at byte \(start): \(failure.reason)")
        }
        guard reader.bytes.rest == 0 else {
            throw PickleFailure(
                reason: "\(reader.bytes.rest) bytes follow the end at byte \(reader.bytes.position); expected none")
        }
        return reader.values
    }

    private init(bytes: PickleBytes, room: Int) {
        self.bytes = bytes
        values = PickleValues(room: room)
    }

    /// Executes one opcode; false at the end.
    private mutating func step() throws -> Bool {
        let opcode = UInt8(truncatingIfNeeded: try bytes.number(1))
        switch opcode {
        case UInt8(ascii: "."):
            values.root = try pop()
            return false
        case 0x80:
            let version = try bytes.number(1)
            guard version <= 5 else { throw PickleFailure(reason: "protocol \(version); expected 0 to 5") }
        case 0x95:
            let length = try bytes.number(8)
            guard length <= bytes.rest else {
                throw PickleFailure(
                    reason: "a frame of \(length) bytes, \(bytes.rest) before the end; expected a whole frame")
            }
        case UInt8(ascii: "("):
            guard marks.count < PickleValues.Limit.openContainers else {
                throw PickleFailure(
                    reason: "more than \(PickleValues.Limit.openContainers) containers within one another")
            }
            marks.append(stack.count)
        case UInt8(ascii: "0"): if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): stack.append(try top())
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.bool(true))
        case 0x89: try push(.bool(false))
        case UInt8(ascii: "]"), UInt8(ascii: ")"), 0x8F: try push(.list([]))
        case UInt8(ascii: "}"): try push(.dictionary([]))
        case UInt8(ascii: "l"), UInt8(ascii: "t"), 0x91: try push(.list(popToMark()))
        case 0x85...0x87: try pushList(ofLast: Int(opcode) - 0x84)
        case UInt8(ascii: "d"): try push(.dictionary(Self.pairs(popToMark())))
        case UInt8(ascii: "a"): try append([pop()])
        case UInt8(ascii: "e"), 0x90: try append(popToMark())
        case UInt8(ascii: "s"):
            let value = try pop()
            try set([pop(), value])
        case UInt8(ascii: "u"): try set(popToMark())
        case UInt8(ascii: "c"):
            let module = try bytes.textLine()
            try pushGlobal(module: module, name: bytes.textLine())
        case 0x93:
            let name = try pop()
            guard let module = values.text(try pop()), let name = values.text(name) else {
                throw PickleFailure(reason: "a name that is no text")
            }
            try pushGlobal(module: module, name: name)
        case UInt8(ascii: "R"):
            let arguments = try pop()
            try push(values.called(pop(), arguments))
        case UInt8(ascii: "b"):
            let state = try pop()
            try values.setState(of: top(), to: state)
        default:
            if try remembered(opcode) { return true }
            guard let content = try bytes.scalar(opcode) else { throw refusal(of: opcode) }
            try push(content)
        }
        return true
    }

    /// Executes an opcode that stores a value in the memo or fetches one from it; false for all other opcodes.
    private mutating func remembered(_ opcode: UInt8) throws -> Bool {
        switch opcode {
        case UInt8(ascii: "p"): try remember(bytes.numberLine())
        case UInt8(ascii: "q"): try remember(bytes.number(1))
        case UInt8(ascii: "r"): try remember(bytes.number(4))
        case 0x94: try remember(memo.count)
        case UInt8(ascii: "g"): try recall(bytes.numberLine())
        case UInt8(ascii: "h"): try recall(bytes.number(1))
        case UInt8(ascii: "j"): try recall(bytes.number(4))
        default: return false
        }
        return true
    }

    /// Says what an opcode that is not for plain data would do.
    private mutating func refusal(of opcode: UInt8) -> PickleFailure {
        let would: String
        switch opcode {
        case UInt8(ascii: "i"):
            let name = (try? (bytes.textLine(), bytes.textLine())).map { "\($0.0).\($0.1)" } ?? "an object"
            would = "make \(excerpt(name))"
        case UInt8(ascii: "o"), 0x81, 0x92: would = "make an object"
        case UInt8(ascii: "P"), UInt8(ascii: "Q"): would = "ask for an object by a persistent id"
        case 0x82...0x84: would = "make an object by an extension code"
        case 0x97, 0x98: would = "take bytes from outside the file"
        default: return PickleFailure(reason: "0x\(String(opcode, radix: 16)) is no opcode; expected a pickle")
        }
        return PickleFailure(
            reason:
                "the opcode 0x\(String(opcode, radix: 16)) would \(would); expected plain data, of which nothing is run"
        )
    }

    // MARK: The stack

    private mutating func push(_ content: PickleValues.Content) throws {
        stack.append(try values.add(content))
    }

    private func top() throws -> Int {
        guard stack.count > marks.last ?? 0, let last = stack.last else {
            throw PickleFailure(reason: "nothing is on the stack; expected a value")
        }
        return last
    }

    private mutating func pop() throws -> Int {
        let last = try top()
        stack.removeLast()
        return last
    }

    private mutating func popToMark() throws -> [Int] {
        guard let mark = marks.popLast() else { throw PickleFailure(reason: "no container is open; expected one") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func pushList(ofLast count: Int) throws {
        var places: [Int] = []
        for _ in 0..<count { places.append(try pop()) }
        try push(.list(places.reversed()))
    }

    private mutating func remember(_ key: Int) throws {
        guard key >= 0, memo.count < PickleValues.Limit.values else {
            throw PickleFailure(reason: "\(key) as what to remember a value by, after \(memo.count) others")
        }
        memo[key] = try top()
    }

    private mutating func recall(_ key: Int) throws {
        guard let place = memo[key] else { throw PickleFailure(reason: "nothing is remembered as \(key)") }
        stack.append(place)
    }

    private mutating func append(_ new: [Int]) throws {
        let place = try top()
        guard case .list(var items) = values[place] else {
            throw PickleFailure(reason: "elements for \(values.kind(place)); expected a list")
        }
        // Clears the slot so that the array is uniquely referenced and grows in place.
        values[place] = .none
        items += new
        values.willGrow(by: 8 * new.count)
        values[place] = .list(items)
    }

    private mutating func set(_ new: [Int]) throws {
        let place = try top()
        guard case .dictionary(var pairs) = values[place] else {
            throw PickleFailure(reason: "entries for \(values.kind(place)); expected a dictionary")
        }
        let added = try Self.pairs(new)
        values[place] = .none
        pairs += added
        values.willGrow(by: 16 * added.count)
        values[place] = .dictionary(pairs)
    }

    private static func pairs(_ places: [Int]) throws -> [(key: Int, value: Int)] {
        guard places.count.isMultiple(of: 2) else { throw PickleFailure(reason: "a key without a value") }
        return stride(from: 0, to: places.count, by: 2).map { (places[$0], places[$0 + 1]) }
    }

    private mutating func pushGlobal(module: String, name: String) throws {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw PickleFailure(
                reason: "it names \(excerpt("\(module).\(name)")), which would be run; expected plain containers, "
                    + "text, numbers and arrays of NumPy's, of which nothing is run")
        }
        try push(.global(global))
    }
}
