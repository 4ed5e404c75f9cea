/// A value that ranks can send one another: it becomes bytes, and the same value again, bit for bit.
package protocol Portable: Sendable {
    /// Adds the value's bytes.
    func put(into bytes: inout PortableBytes)

    /// Reads what ``put(into:)`` wrote.
    ///
    /// - Throws: ``PortableBytes/Ended`` if there are too few bytes.
    init(from bytes: inout PortableBytes) throws

    /// Adds the bytes of several values, for types that can copy them at once.
    static func put(all values: [Self], into bytes: inout PortableBytes)

    /// Reads what ``put(all:into:)`` wrote.
    static func all(from bytes: inout PortableBytes) throws -> [Self]
}

/// Bytes on their way between ranks, in the byte order of the machine, since all ranks run the same program.
package struct PortableBytes: Sendable {
    /// There are fewer bytes than a value takes.
    package struct Ended: Error, CustomStringConvertible {
        package let description = "a message of another rank cannot be read; expected all ranks to run the same program"

        package init() {}
    }

    package private(set) var bytes: [UInt8]
    private var place = 0

    package init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    mutating func append(_ others: [UInt8]) { bytes += others }

    mutating func put(copyOf values: UnsafeRawBufferPointer) { bytes.append(contentsOf: values) }

    mutating func get<Value: BitwiseCopyable>(count: Int, of type: Value.Type) throws -> [Value] {
        let size = MemoryLayout<Value>.stride
        guard count >= 0, count <= (bytes.count - place) / size else { throw Ended() }
        let values = [Value](unsafeUninitializedCapacity: count) { buffer, filled in
            bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[place..<place + count * size]))
            }
            filled = count
        }
        place += count * size
        return values
    }
}

// What travels of a type is one list: `bytes.put(a, b)`, and `self.init(a: try bytes.get(), b: try bytes.get())`.
extension PortableBytes {
    /// Adds values, one after the other.
    package mutating func put<each Value: Portable>(_ values: repeat each Value) {
        repeat (each values).put(into: &self)
    }

    /// Reads the next value, of the type that is asked for.
    ///
    /// - Throws: ``Ended`` if there are too few bytes.
    package mutating func get<Value: Portable>() throws -> Value { try Value(from: &self) }
}

extension Portable {
    /// The value alone, as bytes.
    package var portableBytes: [UInt8] {
        var bytes = PortableBytes()
        put(into: &bytes)
        return bytes.bytes
    }

    /// The value that ``portableBytes`` are of.
    package init(portableBytes: [UInt8]) throws {
        var bytes = PortableBytes(portableBytes)
        try self.init(from: &bytes)
    }

    package static func put(all values: [Self], into bytes: inout PortableBytes) {
        values.count.put(into: &bytes)
        for value in values { value.put(into: &bytes) }
    }

    package static func all(from bytes: inout PortableBytes) throws -> [Self] {
        let count = try Int(from: &bytes)
        var values: [Self] = []
        for _ in 0..<count { values.append(try Self(from: &bytes)) }
        return values
    }
}

// MARK: Numbers

/// A number, whose bytes are those in memory.
package protocol PortableNumber: Portable, BitwiseCopyable {}

extension PortableNumber {
    package func put(into bytes: inout PortableBytes) {
        withUnsafeBytes(of: self) { bytes.put(copyOf: $0) }
    }

    package init(from bytes: inout PortableBytes) throws {
        self = try bytes.get(count: 1, of: Self.self)[0]
    }

    package static func put(all values: [Self], into bytes: inout PortableBytes) {
        values.count.put(into: &bytes)
        values.withUnsafeBytes { bytes.put(copyOf: $0) }
    }

    package static func all(from bytes: inout PortableBytes) throws -> [Self] {
        try bytes.get(count: try Int(from: &bytes), of: Self.self)
    }
}

extension Int: PortableNumber {}
extension Int32: PortableNumber {}
extension UInt8: PortableNumber {}
extension UInt64: PortableNumber {}
extension Float: PortableNumber {}
extension Double: PortableNumber {}

// MARK: Other values of the language

extension Bool: Portable {
    package func put(into bytes: inout PortableBytes) { UInt8(self ? 1 : 0).put(into: &bytes) }
    package init(from bytes: inout PortableBytes) throws { self = try UInt8(from: &bytes) == 1 }
}

extension String: Portable {
    package func put(into bytes: inout PortableBytes) { UInt8.put(all: Array(utf8), into: &bytes) }
    package init(from bytes: inout PortableBytes) throws {
        self = String(decoding: try UInt8.all(from: &bytes), as: UTF8.self)
    }
}

extension Array: Portable where Element: Portable {
    package func put(into bytes: inout PortableBytes) { Element.put(all: self, into: &bytes) }
    package init(from bytes: inout PortableBytes) throws { self = try Element.all(from: &bytes) }
}

extension Optional: Portable where Wrapped: Portable {
    package func put(into bytes: inout PortableBytes) {
        (self != nil).put(into: &bytes)
        self?.put(into: &bytes)
    }

    package init(from bytes: inout PortableBytes) throws {
        self = try Bool(from: &bytes) ? Wrapped(from: &bytes) : nil
    }
}

extension Dictionary: Portable where Key: Portable, Value: Portable {
    package func put(into bytes: inout PortableBytes) {
        count.put(into: &bytes)
        // In an order of the keys, so that equal values have equal bytes.
        let entries = map { (key: $0.key.portableBytes, value: $0.value) }
        for (key, value) in entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            bytes.append(key)
            value.put(into: &bytes)
        }
    }

    package init(from bytes: inout PortableBytes) throws {
        self = [:]
        for _ in 0..<(try Int(from: &bytes)) {
            let key = try Key(from: &bytes)
            self[key] = try Value(from: &bytes)
        }
    }
}

/// An enumeration of names is sent by name.
extension Portable where Self: RawRepresentable, RawValue: Portable {
    package func put(into bytes: inout PortableBytes) { rawValue.put(into: &bytes) }

    package init(from bytes: inout PortableBytes) throws {
        guard let value = Self(rawValue: try RawValue(from: &bytes)) else { throw PortableBytes.Ended() }
        self = value
    }
}
