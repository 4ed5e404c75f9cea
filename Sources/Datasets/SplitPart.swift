/// A part of a split, as folders and tables of the field name it.
enum SplitPart: Hashable {
    case train, validation, test, query, gallery

    private static let words: [String: SplitPart] = [
        "train": .train, "training": .train, "trainset": .train, "trn": .train,
        "val": .validation, "valid": .validation, "validation": .validation, "dev": .validation,
        "valset": .validation,
        "test": .test, "testing": .test, "testset": .test, "tst": .test,
        "query": .query, "queries": .query, "probe": .query, "gallery": .gallery,
    ]

    /// The part that a word means in any case of its letters; nil for any other word.
    init?(word: String) {
        guard let part = Self.words[word.lowercased()] else { return nil }
        self = part
    }

    /// The parts that folders with these names are: one word of each name means a part, and what is left of the names
    /// is the same, as in `train` and `test`, or `images_train2011` and `images_val2011`; nil if any name is no part, or a part
    /// occurs twice.
    static func parts(ofFolders names: [String]) -> [SplitPart]? {
        let split = names.map(partAndRest)
        let parts = split.compactMap(\.?.part)
        guard parts.count == names.count, Set(parts).count == parts.count, Set(split.compactMap(\.?.rest)).count == 1
        else { return nil }
        return parts
    }

    /// The names that have a word for a part of a split in them, if they name two parts at least: `train_station` and
    /// `train_interior` are places.
    static func named(among names: [String]) -> [String] {
        let named = names.filter { partAndRest($0) != nil }
        return Set(named.compactMap { partAndRest($0)?.part }).count > 1 ? named : []
    }

    /// Whether a name has a word for a part of a split in it.
    static func isIn(_ name: String) -> Bool { partAndRest(name) != nil }

    private static func partAndRest(_ name: String) -> (part: SplitPart, rest: [String])? {
        var words: [String] = []
        var wasLetter: Bool?
        for character in name.lowercased() {
            if character.isLetter == wasLetter {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
            wasLetter = character.isLetter
        }
        let places = words.indices.filter { SplitPart(word: words[$0]) != nil }
        guard places.count == 1, let part = SplitPart(word: words[places[0]]) else { return nil }
        words.remove(at: places[0])
        return (part, words)
    }

    /// What the parts in which classes have images make of the classes.
    enum Division {
        /// Each class is on one side, and both sides have classes.
        case sides([String: Side])
        /// So many classes are on both sides, of all.
        case divided(Int, of: Int)
        /// All classes are on one side.
        case oneSided
    }

    /// The division of classes that have images in certain parts; a class may be listed once for each of its parts.
    static func division(of classes: [(label: String, part: SplitPart)]) -> Division {
        let parts = Set(classes.map(\.part))
        let sides = Dictionary(grouping: classes, by: \.label).mapValues { Set($0.map { $0.part.side(among: parts) }) }
        let dividedCount = sides.values.count { $0.count > 1 }
        guard dividedCount == 0 else { return .divided(dividedCount, of: sides.count) }
        return Set(sides.values.joined()).count == 2 ? .sides(sides.compactMapValues(\.first)) : .oneSided
    }

    /// The role of a sample in this part.
    var role: SampleRole? {
        switch self {
        case .query: .query
        case .gallery: .gallery
        case .train, .validation, .test: nil
        }
    }

    /// The side that the part belongs to: validation classes count to the train side, unless there is no other part to
    /// test on.
    func side(among parts: Set<SplitPart>) -> Side {
        switch self {
        case .train: .train
        case .test, .query, .gallery: .test
        case .validation: parts.isDisjoint(with: [.test, .query, .gallery]) ? .test : .train
        }
    }
}
