internal import Foundation
internal import Ranks

/// A value that ranks send one another as JSON, for what has a form in files already; every number stays as it is.
struct Coded<Value: Codable & Sendable>: Portable {
    let value: Value

    init(_ value: Value) { self.value = value }

    func put(into bytes: inout PortableBytes) {
        // What has a form in files can be encoded, and an array of one holds any value.
        let encoder = JSONEncoder()
        // So that equal values have equal bytes.
        encoder.outputFormatting = .sortedKeys
        let data = (try? encoder.encode([value])) ?? Data()
        Array(data).put(into: &bytes)
    }

    init(from bytes: inout PortableBytes) throws {
        let data = Data(try [UInt8](from: &bytes))
        value = try JSONDecoder().decode([Value].self, from: data)[0]
    }
}
