internal import Foundation

extension StagedTarget {
    /// Makes what will take the target's place, on disk.
    func stage() throws {
        for made in [work.new, work.old] where try FileStatus(of: made) != nil {
            throw FileError.malformed(
                path: made, found: "what an earlier run could not remove", expected: "none: look at it, and remove it")
        }
        switch target.output.place {
        case .file(let file, let bytes):
            _ = try OutputItem("file", bytes).write(to: work.new, shownAs: file.url.path)
            if target.status != nil { try? keepMode(of: path, on: work.new) }
            moves = [try move(path, new: work.new, old: work.old, wasThere: target.status != nil)]
        case .folder(let folder, let items, _):
            try writePlan(items)
            try require(work.new) { mkdir(work.new, 0o777) }
            if target.isInPlace {
                try stageChanges(folder, items)
            } else {
                try stageFolder(folder, items)
            }
        }
    }

    private func writePlan(_ items: [OutputItem]) throws {
        plan.owned = Set(items.map { Name($0.path) } + [Name(Receipt.name)] + stale.map(Name.init))
        if !target.isInPlace, let contents { plan.carried = contents.carried(except: plan.owned) }
        try writeWorkingFile(plan.bytes, to: URL(filePath: work.plan))
    }

    /// Makes the whole folder, with what others have in it.
    private func stageFolder(_ folder: OutputFolder, _ items: [OutputItem]) throws {
        if let contents {
            guard try contents.carry(to: work.new, except: plan.owned) else {
                throw Immovable(
                    output: index,
                    error: .unwritable(path: folder.url.path, reason: "its files cannot have second names"))
            }
        }
        let entries = try write(items, folder)
        try writeReceipt(entries, of: folder)
        if let status = target.status { try keep(status, of: path, on: work.new) }
        try syncFolders(below: work.new)
        moves = [try move(path, new: work.new, old: work.old, wasThere: target.status != nil)]
    }

    /// Makes what is different, to be moved into the folder piece by piece.
    ///
    /// While the pieces move, the last item is missing, so that nobody takes a mixture for whole.
    private func stageChanges(_ folder: OutputFolder, _ items: [OutputItem]) throws {
        var entries = try write(changed, folder)
        for item in items where entries[Name(item.path)] == nil {
            entries[Name(item.path)] = try contents?.receipt[path: item.path] ?? entry(of: item, folder.result)
        }
        try writeReceipt(entries, of: folder)
        try syncFolders(below: work.new)
        func move(_ name: String) throws -> Journal.Move {
            try self.move(path + "/" + name, new: work.new + "/" + name, old: work.old + "/" + name)
        }
        func removal(_ name: String) throws -> Journal.Move? {
            try FileStatus(of: path + "/" + name).map {
                Journal.Move(
                    place: path + "/" + name, new: nil, old: work.old + "/" + name, identity: $0.identity,
                    replaced: $0.version)
            }
        }
        let last = items.last.flatMap { last in changed.contains { Name($0.path) == Name(last.path) } ? last.path : nil
        }
        moves = try (last.map { [$0] } ?? []).compactMap(removal) + stale.compactMap(removal)
        moves += try changed.map(\.path).filter { last.map(Name.init) != Name($0) }.map(move)
        moves += try (last.map { [$0] } ?? []).map(move) + [move(Receipt.name)]
    }

    private func write(_ items: [OutputItem], _ folder: OutputFolder) throws -> [Name: Receipt.Entry] {
        var entries: [Name: Receipt.Entry] = [:]
        var made: Set<Name> = []
        for item in items {
            let place = work.new + "/" + item.path
            if let above = foldersAbove(item.path).last, made.insert(above).inserted {
                try makeFolder(at: URL(filePath: work.new + "/" + above.text))
            }
            let content = try item.write(to: place, shownAs: folder.url.appending(path: item.path).path)
            entries[Name(item.path)] = Receipt.Entry(result: folder.result, content: content)
        }
        return entries
    }

    /// The entry of an item that is in its place already, unlisted.
    private func entry(of item: OutputItem, _ result: String) throws -> Receipt.Entry {
        switch item.content {
        case .link(let target): return Receipt.Entry(result: result, content: .link(to: target))
        case .bytes(let bytes):
            let digest = SHA256.hexadecimal(of: Array(bytes))
            return Receipt.Entry(result: result, content: .file(size: bytes.count, sha256: digest))
        case .copy(let source):
            let (size, digest) = (try InputFile(source).byteCount, try SHA256.hexadecimal(ofFilesAt: [source]))
            return Receipt.Entry(result: result, content: .file(size: size, sha256: digest))
        case .stream: preconditionFailure("\(item.path), which is written anew each time")
        }
    }

    private func writeReceipt(_ entries: [Name: Receipt.Entry], of folder: OutputFolder) throws {
        var receipt = Receipt(contents?.receipt.entries.filter { $0.value.result != folder.result } ?? [:])
        receipt.entries.merge(kept) { $1 }
        receipt.entries.merge(entries) { $1 }
        let sink = try FileSink(
            work.new + "/" + Receipt.name, shownAs: folder.url.appending(path: Receipt.name).path)
        try sink.append(receipt.bytes)
        try sink.finish()
    }

    /// - Parameter wasThere: whether there was something to replace; what has come since is not replaced.
    private func move(_ place: String, new: String, old: String, wasThere: Bool = true) throws -> Journal.Move {
        guard let status = try FileStatus(of: new) else {
            throw FileError.unwritable(path: place, reason: "what was made for it is gone")
        }
        return Journal.Move(
            place: place, new: new, old: old, identity: status.identity,
            replaced: wasThere ? try FileStatus(of: place)?.version : nil)
    }
}

/// Gives a new file the permissions of an old one.
private func keepMode(of old: String, on new: String) throws {
    guard let status = try FileStatus(of: old) else { return }
    try require(new) { chmod(new, status.mode) }
}

/// Flushes the names in a folder and in all below it.
private func syncFolders(below folder: String) throws {
    var (pending, found) = ([folder], [folder])
    while let next = pending.popLast(), found.count <= 64 {
        for name in try names(in: next) where try FileStatus(of: next + "/" + name)?.kind == .folder {
            pending.append(next + "/" + name)
            found.append(next + "/" + name)
        }
    }
    guard found.count <= 64 else { return try syncFileSystem(of: folder) }
    for folder in found { try syncFolder(folder) }
}
