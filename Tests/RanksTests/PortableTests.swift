import Ranks
import Testing

@Suite struct PortableTests {
    private enum Colour: String, Portable {
        case red, green
    }

    private func again<Value: Portable>(_ value: Value) throws -> Value {
        try Value(portableBytes: value.portableBytes)
    }

    @Test func numbersKeepEveryBit() throws {
        let doubles = [
            0.1, -0.0, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            Double(bitPattern: 0x7FF8_0000_0000_1234),
        ]
        #expect(try again(doubles).map(\.bitPattern) == doubles.map(\.bitPattern))
        #expect(try doubles.map { try again($0).bitPattern } == doubles.map(\.bitPattern))
        let floats: [Float] = [0.1, -0.0, -.infinity, .leastNonzeroMagnitude]
        #expect(try again(floats).map(\.bitPattern) == floats.map(\.bitPattern))
        #expect(try again([Int.min, -1, 0, Int.max]) == [Int.min, -1, 0, Int.max])
        #expect(try again([Int32.min, Int32.max]) == [Int32.min, Int32.max])
    }

    @Test func otherValuesComeBack() throws {
        #expect(try again("") == "" && again("Füße\u{0}\n漢") == "Füße\u{0}\n漢")
        #expect(try again([[1.5], [], [2, 3]]) == [[1.5], [], [2, 3]])
        #expect(try again([1, nil, 3] as [Int?]) == [1, nil, 3])
        #expect(try again(["a": [1, 2], "": []]) == ["a": [1, 2], "": []])
        #expect(try again([Colour.green, .red]) == [.green, .red])
        #expect(try again([true, false]) == [true, false])
    }

    @Test func severalValuesAreOneList() throws {
        var bytes = PortableBytes()
        bytes.put(1, "two", [3, nil] as [Double?], Colour.red)
        #expect(
            bytes.bytes
                == 1.portableBytes + "two".portableBytes + ([3, nil] as [Double?]).portableBytes
                + Colour.red.portableBytes)
        let (number, text, numbers, colour): (Int, String, [Double?], Colour) = (
            try bytes.get(), try bytes.get(), try bytes.get(), try bytes.get()
        )
        #expect(number == 1 && text == "two" && numbers == [3, nil] && colour == .red)
        #expect(throws: PortableBytes.Ended.self) {
            let _: Int = try bytes.get()
        }
    }

    @Test func bytesThatEndEarlyAreAnError() {
        let bytes = ["one", "two"].portableBytes
        for count in 0..<bytes.count {
            #expect(throws: PortableBytes.Ended.self) { try [String](portableBytes: Array(bytes[..<count])) }
        }
        #expect(throws: PortableBytes.Ended.self) { try Colour(portableBytes: "blue".portableBytes) }
        // A length that no memory holds.
        #expect(throws: PortableBytes.Ended.self) { try [Double](portableBytes: Int.max.portableBytes) }
    }
}
