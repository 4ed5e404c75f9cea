internal import Foundation

/// One run of ``replace(_:keepingElsewhere:)``.
struct Replacement {
    private let outputs: [Output]

    init(_ outputs: [Output]) { self.outputs = outputs }

    func perform() throws {
        // The outputs whose folders cannot leave their places, so that what is in them changes.
        var inPlace: Set<Int> = []
        while true {
            do {
                return try perform(inPlace: inPlace)
            } catch let failure as Immovable {
                guard inPlace.insert(failure.output).inserted else { throw failure.error }
            }
        }
    }

    private func perform(inPlace: Set<Int>) throws {
        var made: [URL] = []
        do {
            var targets: [Target] = []
            for (index, output) in outputs.enumerated() {
                made += try makeFolder(at: output.url.standardizedFileURL.deletingLastPathComponent())
                targets.append(try Target(output, index: index, isInPlace: inPlace.contains(index)))
            }
            let locks = try recovering { try self.locks(on: targets) }
            try withExtendedLifetime(locks) {
                // Another run may have written while this one waited, so only now is it known what is there.
                try commit(
                    targets.map { target in
                        let now = try Target(target.output, index: target.index, isInPlace: target.isInPlace)
                        return try StagedTarget(now, locks)
                    })
            }
        } catch {
            for folder in made.reversed() { rmdir(folder.path) }
            throw error
        }
    }

    /// Locks the targets, and the results that they are in, and ends what killed runs began there.
    ///
    /// All runs lock in the same order, so that none waits for another that waits for it.
    private func locks(on targets: [Target]) throws -> [Name: WorkFolder] {
        var locks: [Name: WorkFolder] = [:]
        for target in targets { if let held = target.output.lock { locks[Name(held.path)] = held } }
        var wanted: [Name: LockPlan] = [:]
        for target in targets {
            // Who has locked a target for long waits for no other lock: somebody may be waiting for that one.
            if target.output.lock != nil && !target.isInPlace { continue }
            for plan in try target.locks where locks[Name(plan.path)] == nil { wanted[Name(plan.path)] = plan }
        }
        for (path, plan) in wanted.sorted(by: { $0.key < $1.key }) {
            do {
                let work = try WorkFolder(at: path.text, isInside: plan.isInside, waits: true, warn: outputs[0].warn)
                try work?.recover(for: plan.target)
                locks[path] = work
            } catch FileError.unwritable(_, let reason) {
                // A folder may be writable although its parent is not.
                guard plan.isOptional else { throw FileError.unwritable(path: plan.shown, reason: reason) }
            }
        }
        return locks
    }

    private func commit(_ staged: [StagedTarget]) throws {
        // What cannot be removed now, the next run removes.
        defer { for target in staged { try? target.work.clean(for: target.path, isOwnRun: true) } }
        let changing = try staged.filter { try $0.needsChange() }
        for target in changing { try target.stage() }
        let moves = changing.flatMap(\.moves)
        do {
            if moves.count == 1 {
                if try !moveInOneStep(moves[0]) { try make(moves, of: changing) }
            } else if !moves.isEmpty {
                try make(moves, of: changing)
            }
        } catch let failure as MoveFailure {
            let target = changing.first { $0.isMovable && Name($0.path) == Name(failure.place) }
            guard let target, failure.isForGood else { throw failure.fileError }
            throw Immovable(output: target.index, error: failure.fileError)
        }
    }

    /// Makes a move that needs no journal.
    ///
    /// - Returns: false if the file system cannot make it in one step.
    private func moveInOneStep(_ move: Journal.Move) throws -> Bool {
        guard let new = move.new else { return false }
        let folder = (move.place as NSString).deletingLastPathComponent
        if move.replaced == nil {
            let code = renameNew(new, to: move.place)
            guard code == 0 else { throw MoveFailure(place: move.place, code: code) }
        } else {
            let code = exchange(new, move.place)
            if meansNoExchange(code) {
                guard try FileStatus(of: new)?.kind == .file else { return false }
                // A file can take a name that is in use.
                guard retried({ rename(new, move.place) }) == 0 else {
                    throw MoveFailure(place: move.place, code: errno)
                }
                try? syncFolder(folder)
                return true
            }
            guard code == 0 else { throw MoveFailure(place: move.place, code: code) }
        }
        // It is visible now, so it is too late for an error.
        try? syncFolder(folder)
        return true
    }

    /// Makes several moves around a journal.
    private func make(_ moves: [Journal.Move], of targets: [StagedTarget]) throws {
        let works = targets.map(\.work.path)
        let journal = Journal(moves: moves, works: works)
        for target in targets.dropFirst() { try target.work.writePointer(to: works[0]) }
        try targets[0].work.write(journal)
        do {
            try journal.complete()
            journal.removeEmptyFolders()
            try journal.sync()
        } catch {
            // If this fails too, the journal stays, and the next command that finds it completes the moves.
            try journal.undo()
            try targets[0].work.removeJournal()
            throw error
        }
        try targets[0].work.removeJournal()
    }
}

/// A folder that cannot be moved, and why.
struct Immovable: Error {
    let output: Int
    let error: FileError
}
