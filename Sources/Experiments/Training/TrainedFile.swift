internal import Files
internal import Foundation
internal import HeadTraining
internal import Ranks

/// The files of a head on their way to the rank that writes them, or why there are none.
struct TrainedFile: Portable {
    let onnx: Data
    let safetensors: Data
    /// Whether nothing was learnt.
    let isIdle: Bool
    /// Why training failed; nil if it did not.
    let failure: Failure?

    /// The sentence of an error at whatever rank.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Trains a head; one that fails does not keep the others of its round from being written.
    init(_ train: () throws -> (file: HeadFile, isIdle: Bool)) {
        do {
            let trained = try train()
            (onnx, safetensors) = (trained.file.onnx, trained.file.safetensors)
            (isIdle, failure) = (trained.isIdle, nil)
        } catch {
            (onnx, safetensors, isIdle) = (Data(), Data(), false)
            failure = Failure(description: "\(error)")
        }
    }

    func put(into bytes: inout PortableBytes) {
        bytes.put([UInt8](onnx), [UInt8](safetensors), isIdle, failure?.description)
    }

    init(from bytes: inout PortableBytes) throws {
        onnx = Data(try [UInt8](from: &bytes))
        safetensors = Data(try [UInt8](from: &bytes))
        isIdle = try bytes.get()
        failure = try String?(from: &bytes).map(Failure.init)
    }
}
