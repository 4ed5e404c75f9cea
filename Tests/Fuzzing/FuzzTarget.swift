import Files
import Foundation

/// The reader that the variable OODML_FUZZ_READER names, and the folder for its file.
///
/// libFuzzer calls the function below with bytes that it makes from those that reached new code. Every trap, every access
/// that the address sanitizer refuses, a run that takes too long or too much memory, and an error that no user should see
/// is a finding. libFuzzer calls from one thread only.
private struct FuzzTarget: @unchecked Sendable {
    let reader: FuzzedReader
    let file: URL
    private let folder: ScratchFolder

    init() throws {
        let wanted = ProcessInfo.processInfo.environment["OODML_FUZZ_READER"] ?? ""
        guard let reader = FuzzedReader.all.first(where: { $0.name == wanted }) else {
            let names = FuzzedReader.all.map(\.name).joined(separator: " ")
            FileHandle.standardError.write(Data("OODML_FUZZ_READER: expected one of \(names)\n".utf8))
            exit(64)
        }
        self.reader = reader
        folder = try ScratchFolder(for: "fuzz")
        file = folder.url.appending(path: reader.file)
    }

    func run(_ input: UnsafeRawBufferPointer) {
        var bytes = [UInt8](input)
        reader.repair?(&bytes)
        // Some file systems write a file at once that is cut to nothing first.
        unlink(file.path)
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        precondition(descriptor >= 0, "\(file.path) cannot be written")
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            precondition(count > 0, "\(file.path) cannot be written")
            done += count
        }
        close(descriptor)
        do {
            try reader.read(file)
        } catch {
            requireOwn(error)
        }
    }
}

private let target = Result { try FuzzTarget() }

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ runOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The entry of the program, under the name that SwiftPM gives it; libFuzzer's own has another.
@_cdecl("Fuzzing_main")
func fuzz(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var (count, arguments) = (count, arguments)
    return runDriver(&count, &arguments) { start, count in
        switch target {
        case .success(let target): target.run(UnsafeRawBufferPointer(start: start, count: count))
        case .failure(let error): fatalError("\(error)")
        }
        return 0
    }
}
