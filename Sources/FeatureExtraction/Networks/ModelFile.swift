import Files

/// Checks a model file before OpenVINO sees it, which tries a file that is not ONNX as every other format it knows,
/// reports that in pages of text, and lets some of its readers print.
enum ModelFile {
    enum Format {
        case onnx, openVINO, tensorFlowLite
    }

    /// The format of a model: ONNX judging by its outermost message, TFLite by its identifier, or else OpenVINO's
    /// `.xml`.
    static func format(of path: String) throws -> Format {
        func unreadable(_ reason: String) -> FeatureExtractionError { .unreadableModel(path: path, reason: reason) }

        let file = try InputFile(path: path)
        // Once here, and once by OpenVINO.
        let (size, overflow) = file.byteCount.multipliedReportingOverflow(by: 2)
        try MemoryBudget.current().require(
            overflow ? .max : size, for: "a network of \(file.byteCount) bytes", in: path)
        let start = try file.bytes(in: 0..<min(file.byteCount, 512))
        if let pointer = LFSPointer(start: start) { throw unreadable("\(pointer)") }
        if path.lowercased().ends(with: ".xml") {
            let isXML = start.drop(while: { $0 <= 0x20 }).starts(with: "<".utf8)
            guard isXML else { throw unreadable(ImageFormat.describe(start)) }
            return .openVINO
        }
        // A flatbuffer's identifier follows the offset of its root.
        let isTensorFlowLite = start.dropFirst(4).starts(with: "TFL3".utf8)
        if path.lowercased().ends(with: ".tflite") {
            guard isTensorFlowLite else { throw unreadable(ImageFormat.describe(start)) }
            return .tensorFlowLite
        }
        // OpenVINO goes by the file name.
        if isTensorFlowLite { throw unreadable("a TFLite network in a file of another suffix than .tflite") }
        if let kind = ImageFormat.knownKind(start) { throw unreadable(kind) }
        switch try outermostLayer(of: file) {
        case .complete: return .onnx
        case .truncated: throw unreadable("a truncated ONNX file")
        case .foreign: throw unreadable(ImageFormat.describe(start))
        }
    }

    private enum Layer {
        case complete, truncated, foreign
    }

    /// Walks over the fields of the outermost message; an ONNX file has only a few, a graph among them.
    ///
    /// A file that begins like ONNX and breaks off is truncated.
    private static func outermostLayer(of file: InputFile) throws -> Layer {
        let size = UInt64(file.byteCount)
        var position: UInt64 = 0
        var hasGraph = false

        func varint() throws -> UInt64? {
            var value: UInt64 = 0
            let start = Int(position)
            for (i, byte) in try file.bytes(in: start..<min(start + 10, file.byteCount)).enumerated() {
                value |= UInt64(byte & 0x7F) << (7 * UInt64(i))
                if byte < 0x80 {
                    position += UInt64(i) + 1
                    return value
                }
            }
            return nil
        }

        while position < size {
            let isFirst = position == 0
            guard let tag = try varint(), let content = try varint() else { return isFirst ? .foreign : .truncated }
            // onnx.proto3: version numbers are 1 and 5, the graph is 7, all others are messages and strings up to 26.
            let (field, kind) = (tag >> 3, tag & 7)
            guard (1...26).contains(field), kind == (field == 1 || field == 5 ? 0 : 2) else { return .foreign }
            hasGraph = hasGraph || field == 7
            guard kind == 2 else { continue }
            guard content <= size - position else { return hasGraph ? .truncated : .foreign }
            position += content
        }
        return hasGraph ? .complete : .foreign
    }
}
