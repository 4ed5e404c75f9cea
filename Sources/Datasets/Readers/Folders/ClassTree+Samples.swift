internal import Files
internal import Foundation

/// What the class folders hold.
extension ClassTree {
    /// All samples, in the order of the bytes of their ids.
    mutating func samples() throws -> [Sample] {
        var samples: [Sample] = []
        for place in places {
            let folder = place.folder
            reading.passedOver += folder.passedOver
            guard !folder.images.isEmpty else {
                guard policy == .passOver else {
                    throw DatasetError.emptyClass(
                        path: folder.url.path,
                        found: folder.passedOver.isEmpty ? nil : folder.passedOver.countsByKind)
                }
                reading.passedOver.append(
                    .init(path: folder.path, kind: "class folder without images", reason: "it holds no image"))
                continue
            }
            samples += folder.images.map {
                Sample(
                    id: folder.pathOf($0), classLabel: place.label, superclass: place.superclass,
                    role: place.part?.role, domain: place.domain)
            }
        }
        let labels = Set(places.map { Name($0.label) })
        let sameButCase = Dictionary(grouping: labels, by: { $0.text.lowercased() }).values.filter { $0.count > 1 }
        if let first = sameButCase.map({ $0.sorted() }).min(by: { $0[0] < $1[0] }) {
            reading.warnings.append(
                "\(sameButCase.count) class \(sameButCase.count == 1 ? "name differs" : "names differ") from another in capitals only, "
                    + "as \(first[0].text) and \(first[1].text) do; they are different classes")
        }
        samples.sort { utf8Precedes($0.id, $1.id) }
        return samples
    }

    /// The sides that the parts of a split give the classes; nil if there are none or they do not divide the classes.
    mutating func officialSides() -> [String: Side]? {
        let filled = places.filter { !$0.folder.images.isEmpty }
        let classes = filled.compactMap { place in place.part.map { (place.label, $0) } }
        guard !classes.isEmpty else { return nil }
        switch SplitPart.division(of: classes) {
        case .sides(let sides): return sides
        case .divided(let count, let all):
            reading.warnings.append(
                "\(count) of the \(all) classes \(count == 1 ? "has" : "have") images in a train part and in a test "
                    + "part, so these parts are no class-disjoint split and are not taken for the official one")
        case .oneSided:
            reading.warnings.append(
                "the parts of the split are on one side only, so they are not taken for the official split")
        }
        return nil
    }
}
