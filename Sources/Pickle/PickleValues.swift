internal import Files

/// The values of a pickle, which refer to one another by index ("place").
///
/// Indices rather than references, because a pickle can nest a million lists or put a list into itself, and neither may
/// overflow the stack.
package struct PickleValues {
    package enum Content {
        case none
        case bool(Bool)
        case int(Int)
        case float(Double)
        case string(String)
        case bytes([UInt8])
        /// A list, a tuple, a set, or a NumPy array.
        case list([Int])
        case dictionary([(key: Int, value: Int)])
        /// A name that the reader knows, not called yet.
        case global(PickleGlobal)
        case numpyType(NumpyType)
        /// An array that waits for its state.
        case emptyArray
    }

    /// Limits on what a pickle may expand to: two bytes are enough to use a memoised value again.
    package enum Limit {
        package static let fileSize = 256 << 20
        static let values = 1 << 24
        /// The maximum number of bytes of texts and arrays that may be unpacked.
        static let unpackedBytes = 1 << 29
        /// The maximum number of containers open at once.
        static let openContainers = 1000
        /// The maximum length of a text in bytes, far longer than any path.
        static let textSize = 1 << 15
    }

    private(set) var contents: [Content] = [.none, .bool(false), .bool(true)]
    /// The place of the pickle's top-level value.
    package var root = 0
    private var unpackedBytes = 0
    /// How many bytes of memory the values may take; see ``takenBytes``.
    private let room: Int
    /// About how many bytes the values take.
    private var takenBytes = 0

    /// Begins without values, and with so much memory for them.
    init(room: Int) {
        self.room = room
    }

    /// The content at a place.
    package subscript(place: Int) -> Content {
        get { contents[place] }
        set { contents[place] = newValue }
    }

    /// Adds a value.
    ///
    /// - Returns: its place; `None` and the booleans each have a shared one.
    mutating func add(_ content: Content) throws -> Int {
        switch content {
        case .none: return 0
        case .bool(let value): return value ? 2 : 1
        default: break
        }
        guard contents.count < Limit.values else {
            throw PickleFailure(reason: "more than \(Limit.values) values; expected no more")
        }
        switch content {
        case .string(let text): takenBytes += 32 + text.utf8.count
        case .bytes(let bytes): takenBytes += 32 + bytes.count
        case .list(let items): takenBytes += items.isEmpty ? 0 : 32 + 8 * items.count
        case .dictionary(let pairs): takenBytes += pairs.isEmpty ? 0 : 32 + 16 * pairs.count
        default: break
        }
        takenBytes += MemoryLayout<Content>.stride
        contents.append(content)
        return contents.count - 1
    }

    /// Counts unpacked bytes, and throws if there are too many.
    mutating func willUnpack(_ byteCount: Int) throws {
        unpackedBytes += byteCount
        guard unpackedBytes <= Limit.unpackedBytes else {
            throw PickleFailure(reason: "it unpacks to more than \(Limit.unpackedBytes) bytes; expected no more")
        }
    }

    /// Makes sure that the values, and so many bytes beside them, take no more memory than they may.
    ///
    /// Empty containers and what refers to them take up to sixty times as much as in the file.
    func requireRoom(beside otherBytes: Int) throws {
        guard takenBytes + otherBytes > room else { return }
        throw PickleFailure(
            reason: "values that take more than \(MemoryBudget.words(room)) of memory; expected no more "
                + "(\(MemoryBudget.variable) allows it)")
    }

    /// Counts what containers take that grow.
    mutating func willGrow(by byteCount: Int) { takenBytes += byteCount }

    /// The text of a value; nil for anything else.
    ///
    /// Python 2 writes text as bytes.
    package func text(_ place: Int) -> String? {
        switch contents[place] {
        case .string(let text): text.utf8.count <= Limit.textSize ? text : nil
        case .bytes(let bytes): bytes.count <= Limit.textSize ? String(validating: bytes, as: UTF8.self) : nil
        default: nil
        }
    }

    /// The number that a value is, or that a list of one number holds; nil for anything else.
    package func number(_ place: Int) -> Double? {
        switch contents[place] {
        case .int(let number): Double(number)
        case .float(let number): number
        case .list(let places) where places.count == 1:
            // One level only, since lists can nest without end.
            switch contents[places[0]] {
            case .int(let number): Double(number)
            case .float(let number): number
            default: nil
            }
        default: nil
        }
    }

    /// What kind of value it is, for messages.
    package func kind(_ place: Int) -> String {
        switch contents[place] {
        case .none: "None"
        case .bool: "a boolean"
        case .int: "a whole number"
        case .float: "a number"
        case .string: "a text"
        case .bytes: "bytes"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .global, .numpyType, .emptyArray: "a part of an array"
        }
    }
}

/// The names that a pickle of splits needs; what they stand for is read as data, and nothing is ever called.
package enum PickleGlobal: String {
    case scalar = "multiarray.scalar"
    case reconstruct = "multiarray._reconstruct"
    case fromBuffer = "numeric._frombuffer"
    case array = "numpy.ndarray"
    case type = "numpy.dtype"
    /// How Python 3 writes bytes in protocols without a bytes opcode.
    case encode = "_codecs.encode"
    case bytes, bytearray, set, frozenset, list, dict
    case orderedDictionary = "OrderedDict"
    case defaultDictionary = "defaultdict"

    init?(module: String, name: String) {
        switch (module, name) {
        case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): self = .scalar
        case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"): self = .reconstruct
        case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"): self = .fromBuffer
        case ("numpy", "ndarray"): self = .array
        case ("numpy", "dtype"): self = .type
        case ("_codecs", "encode"): self = .encode
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("collections", "defaultdict"): self = .defaultDictionary
        case ("builtins", "bytes"), ("__builtin__", "bytes"): self = .bytes
        case ("builtins", "bytearray"), ("__builtin__", "bytearray"): self = .bytearray
        case ("builtins", "set"), ("__builtin__", "set"): self = .set
        case ("builtins", "frozenset"), ("__builtin__", "frozenset"): self = .frozenset
        case ("builtins", "list"), ("__builtin__", "list"): self = .list
        case ("builtins", "dict"), ("__builtin__", "dict"): self = .dict
        default: return nil
        }
    }
}
