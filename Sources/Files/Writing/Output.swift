package import Foundation
internal import Ranks

/// A place and what a command writes there.
package struct Output {
    enum Place {
        case folder(OutputFolder, [OutputItem], isAdding: Bool)
        case file(OutputFile, Data)
    }

    let place: Place
    /// The lock on the target, if the command holds it already.
    let lock: WorkFolder?

    /// A result in a folder.
    package static func folder(_ folder: OutputFolder, _ items: [OutputItem]) -> Output {
        Output(place: .folder(folder, items, isAdding: false), lock: nil)
    }

    /// A file.
    package static func file(_ file: OutputFile, _ bytes: Data) -> Output {
        Output(place: .file(file, bytes), lock: nil)
    }

    /// The path as the user gave it.
    var url: URL {
        switch place {
        case .folder(let folder, _, _): folder.url
        case .file(let file, _): file.url
        }
    }

    var warn: (String) -> Void {
        switch place {
        case .folder(let folder, _, _): folder.warn
        case .file(let file, _): file.warn
        }
    }

    /// The items with the path of each, to keep them elsewhere.
    var contents: [OutputItem] {
        switch place {
        case .folder(_, let items, _): items
        case .file(let file, let bytes): [OutputItem(file.url.lastPathComponent, bytes)]
        }
    }
}

/// Writes results, all or none of them.
///
/// Each is made whole in a folder of its own beside its target, with second names of the files there that belong to
/// others, and flushed to disk; then both change places in one step, and the old one is removed. So at any moment the
/// target is all old or all new, for readers and after a kill. Where that is impossible, a journal is written before the
/// first step of several, and the next command that writes or reads the target completes them. Runs with the same target
/// take turns. If everything is there already, nothing changes.
///
/// - Parameter keepingElsewhere: whether, if it cannot be done, the results go to a new folder beside the first target,
///   or else among the temporary files, since they may have taken hours; the error then says where they are.
/// - Throws: ``FileError`` before anything changes, if a different result is there and may not be replaced, or a file that
///   oodml did not write is in the way; the old results then stay.
package func replace(_ outputs: [Output], keepingElsewhere: Bool = false) throws {
    try requireApart(outputs.map(\.url))
    // Of several ranks the first writes, when the others have seen what is there.
    let names = outputs.map(\.url.lastPathComponent).joined(separator: " and ")
    try MappedFile.requireUnchanged()
    try Ranks.onFirst("writing \(names)") {
        do {
            try Replacement(outputs).perform()
        } catch let error as FileError {
            throw (keepingElsewhere ? keep(outputs) : nil).map { error.keeping($0) } ?? error
        }
    }
}

/// Makes sure that no result lies within another, which is replaced as a whole, that no two have one path, and that none has
/// that of a file which is read.
///
/// - Throws: ``FileError`` naming the first that does.
package func requireApart(_ urls: [URL], from inputs: [URL] = []) throws {
    let read = Set(inputs.map { Name((try? targetPath($0)) ?? $0.standardizedFileURL.path) })
    let paths = try urls.map { try targetPath($0) ?? $0.standardizedFileURL.path }
    for (number, path) in paths.enumerated() {
        if read.contains(Name(path)) {
            throw FileError.malformed(
                path: urls[number].path, found: "a file that is read", expected: "another place for a result")
        }
        for (other, folder) in paths.enumerated() where other != number {
            if Name(path) == Name(folder), other < number {
                throw FileError.malformed(
                    path: urls[number].path, found: "the same path for two results", expected: "a path for each")
            }
            if isBelow(path, folder) {
                throw FileError.malformed(
                    path: urls[number].path, found: "a result within the folder of another, \(urls[other].path)",
                    expected: "a place beside that folder, since it is replaced as a whole")
            }
        }
    }
}

/// Writes results to a new folder, and returns it; nil if there is no place for them.
private func keep(_ outputs: [Output]) -> URL? {
    let target = outputs[0].url.standardizedFileURL
    for parent in [target.deletingLastPathComponent(), FileManager.default.temporaryDirectory] {
        var template = Array(parent.appending(path: "\(target.lastPathComponent).kept-XXXXXX").path.utf8CString)
        guard mkdtemp(&template) != nil else { continue }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            for (number, output) in outputs.enumerated() {
                let folder = outputs.count == 1 ? path : "\(path)/\(number + 1)"
                for item in output.contents {
                    let place = "\(folder)/\(item.path)"
                    try makeFolder(at: URL(filePath: place).deletingLastPathComponent())
                    _ = try item.write(to: place, shownAs: place)
                }
            }
            return URL(filePath: path, directoryHint: .isDirectory)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
        }
    }
    return nil
}
