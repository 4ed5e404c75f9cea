public import CInterface
import Embeddings
import Files
import Foundation
import Parallel

// The functions of oodml.h, which documents them.

/// Runs a command.
@c @implementation
public func oodml_run(
    _ words: UnsafePointer<UnsafePointer<CChar>?>?, _ wordCount: Int, _ arrays: UnsafePointer<oodml_array>?,
    _ arrayCount: Int,
    _ listener: (@convention(c) (UnsafeMutableRawPointer?, oodml_event, UnsafePointer<CChar>?) -> CInt)?,
    _ context: UnsafeMutableRawPointer?, _ answer: UnsafeMutablePointer<oodml_answer>?
) -> oodml_status {
    guard let answer else { return OODML_MISUSED }
    answer.pointee = oodml_answer()
    /// Sets the answer, in memory that `free` releases.
    func end(_ output: Data, _ failure: (status: oodml_status, sentence: String)?) -> oodml_status {
        guard let memory = malloc(output.count + 1) else {
            answer.pointee.error = strdup("the system refused memory for the output")
            return OODML_FAILED
        }
        let room = UnsafeMutableRawBufferPointer(start: memory, count: output.count + 1)
        room.copyBytes(from: output)
        room[output.count] = 0
        answer.pointee.output = room.baseAddress?.assumingMemoryBound(to: CChar.self)
        answer.pointee.output_size = output.count
        answer.pointee.error = failure.flatMap { strdup($0.sentence) }
        return failure?.status ?? OODML_DONE
    }
    do {
        guard words != nil || wordCount == 0, arrays != nil || arrayCount == 0 else {
            throw CommandError(
                "the \(words == nil ? "words" : "arrays") are NULL; expected \(words == nil ? wordCount : arrayCount)")
        }
        let words: [String] = try UnsafeBufferPointer(start: words, count: wordCount).map { try text($0, "a word") }
        let files: [(String, MemoryFile)] = try UnsafeBufferPointer(start: arrays, count: arrayCount).map(file)
        // The pointers are C's, which says that they may be used on any thread.
        nonisolated(unsafe) let context = context
        var hear: LibraryCall.Listener?
        if let listener { hear = { event, line in listener(context, event, line) == 0 } }
        if let twice = Dictionary(grouping: files, by: \.0).first(where: { $1.count > 1 }) {
            throw CommandError("\(twice.key): found \(twice.value.count) arrays of this name; expected one")
        }
        let ending = LibraryCall.run(words, on: Dictionary(uniqueKeysWithValues: files), listener: hear)
        return end(ending.output, ending.failure)
    } catch {
        return end(Data(), (OODML_MISUSED, "\(error)"))
    }
}

/// Asks the call under way to end soon.
@c @implementation
public func oodml_stop() { WorkStop.request() }

/// Frees an answer.
@c @implementation
public func oodml_release(_ answer: UnsafeMutablePointer<oodml_answer>?) {
    guard let answer else { return }
    free(answer.pointee.output)
    free(answer.pointee.error)
    answer.pointee = oodml_answer()
}

/// The version of the library.
@c @implementation
public func oodml_version() -> UnsafePointer<CChar>? { versionText }

/// The version as C reads it, for as long as the library is loaded; nobody writes to it.
private nonisolated(unsafe) let versionText: UnsafePointer<CChar>? = strdup(version).map { UnsafePointer($0) }

/// The text at a pointer of C's.
private func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws -> String {
    guard let pointer else { throw CommandError("\(what) is NULL; expected text") }
    guard let text = String(validatingCString: pointer) else {
        throw CommandError("\(what) is not UTF-8; expected text in it")
    }
    return text
}

/// The file that an array stands for.
private func file(_ array: oodml_array) throws -> (String, MemoryFile) {
    let name = try text(array.name, "the name of an array")
    let type = try text(array.type, "\(name): the type")
    guard array.dimension_count <= 8 else {
        throw CommandError("\(name): found \(array.dimension_count) dimensions; expected at most 8")
    }
    guard array.sizes != nil || array.dimension_count == 0 else {
        throw CommandError("\(name): its sizes are NULL; expected \(array.dimension_count)")
    }
    let sizes = Array(UnsafeBufferPointer(start: array.sizes, count: array.dimension_count))
    let elementSize = type == "bytes" ? 1 : try size(ofElements: type, of: name)
    var count = elementSize
    for size in sizes {
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
        guard !isTooLarge, size >= 0 else { throw CommandError("\(name): its sizes exceed the address space") }
        count = product
    }
    guard array.elements != nil || count == 0 else { throw CommandError("\(name): its elements are NULL") }
    return (
        name,
        MemoryFile(
            header: type == "bytes" ? [] : Array(numpyHeader(type: type, sizes: sizes)),
            bytes: UnsafeRawBufferPointer(start: array.elements, count: count))
    )
}

/// The bytes of an element of one of NumPy's types, as 4 of "<f4".
private func size(ofElements type: String, of name: String) throws -> Int {
    let letters = Array(type.utf8)
    guard letters.count >= 3, letters.count <= 12, let number = Int(type.dropFirst(2)), number > 0,
        letters[2] != UInt8(ascii: "+")
    else { throw CommandError("\(name): found the type \"\(excerpt(type))\"; expected one such as \"<f4\"") }
    // Characters of text take four bytes.
    return letters[1] == UInt8(ascii: "U") ? 4 * number : number
}
