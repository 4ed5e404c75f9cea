internal import Files
internal import Foundation
internal import HeadTraining
internal import Synchronization

/// Writes heads a few at a time, since each write flushes the disk.
///
/// The record goes with each, so that a run which has another plan by now is not added to: its record is different.
final class HeadWriter: Sendable {
    private struct State {
        var waiting: [(path: String, bytes: Data)] = []
        var lastWrite = ContinuousClock.now
    }

    private let output: OutputFolder
    private let record: Data
    private let state = Mutex(State())

    init(_ output: OutputFolder, record: String) {
        (self.output, self.record) = (output, Data(record.utf8))
    }

    /// Writes a head, or keeps it for less than a second.
    func add(_ file: HeadFile, at path: String) throws {
        keep(onnx: file.onnx, safetensors: file.safetensors, at: path)
        try write { ContinuousClock.now - $0 > .milliseconds(500) }
    }

    /// Keeps the files of a head until ``finish()``.
    func keep(onnx: Data, safetensors: Data, at path: String) {
        let files = [(path: path + ".onnx", bytes: onnx), (path: path + ".safetensors", bytes: safetensors)]
        state.withLock { $0.waiting += files }
    }

    /// Writes what is left.
    func finish() throws { try write { _ in true } }

    private func write(if isDue: (ContinuousClock.Instant) -> Bool) throws {
        try state.withLock { state in
            guard !state.waiting.isEmpty, isDue(state.lastWrite) else { return }
            let items = state.waiting.map { OutputItem($0.path, $0.bytes) }
            state.waiting = []
            try output.write(items + [OutputItem(HeadsFolder.Name.record, record)], adding: true)
            state.lastWrite = .now
        }
    }
}
