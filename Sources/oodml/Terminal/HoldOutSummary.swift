import Experiments
import Foundation
import Reports
import Splits

/// What `holdout` prints.
func summary(of made: MadeHoldOut, on display: TextDisplay) -> String {
    let manifest = made.manifest
    let level = manifest.levels[0]
    var sentences = [distanceSentence(level, in: manifest)]
    if let validation = validationSentence(made) { sentences.append(validation) }
    if let composition = hardestCompositionSentence(manifest) { sentences.append(composition) }
    let links =
        made.linkCount > 0
        ? display.wrapped(
            "\(made.linkCount) links to images are below \(onOneLine(made.folder.url.relativePath))/\(level.id).")
            + "\n" : ""
    return partTable(of: manifest).text(on: display, elsewhere: "--format json and manifest.json have all") + "\n"
        + sentences.map { display.wrapped(onOneLine($0)) + "\n" }.joined(separator: "\n") + "\n"
        + links + pathsWritten(made.paths, on: display) + "\n"
}

private func partTable(of manifest: SplitManifest) -> TextTable {
    let counts = manifest.parts.map { parts in
        [("train", parts.train), ("validation", parts.validation), ("test", parts.test)].compactMap { name, count in
            count.map { (name, $0) }
        }
    }
    func share(_ count: Int, of total: Int) -> String {
        String(format: "%.1f %%", 100 * Double(count) / Double(max(total, 1)))
    }
    return TextTable(
        columns: [
            .init("part"), .init("classes", alignment: .right), .init("share", alignment: .right),
            .init("samples", alignment: .right), .init("share", alignment: .right, name: "share of samples"),
        ],
        rows: (counts ?? []).map { name, count in
            [
                name, "\(count.classCount)", share(count.classCount, of: manifest.dataset.classCount),
                "\(count.sampleCount)", share(count.sampleCount, of: manifest.dataset.sampleCount),
            ]
        })
}

/// How far the test classes are from all others, beside random ones, and what held-out samples say.
private func distanceSentence(_ level: SplitLevel, in manifest: SplitManifest) -> String {
    func number(_ value: Double) -> String { String(format: "%.2f", value) }
    var text = "The test classes are at a distance (fid) of \(number(level.fid)) from all others"
    guard let null = level.null else { return text + "; whether that is more than chance was not tested." }
    text += "; random ones of the same numbers are at \(number(null.mean)) ± \(number(2 * null.sd))."
    guard let holdout = level.holdout else {
        return text + " Too few samples are left over to ask whether other samples confirm it."
    }
    text +=
        " In samples that had no part in the search it is \(number(holdout.fid)), beside \(number(holdout.nullMean)) of "
        + "random ones, and \(drawsBelow(p: holdout.p, in: manifest)) random deals of the samples differ less: "
    return text
        + (level.isShift.map { $0 ? "a shift beyond chance." : "a shift beyond chance is not shown." }
            ?? "with so few ways to divide the classes, a shift cannot be tested.")
}

/// How far the validation classes are from the training classes.
private func validationSentence(_ made: MadeHoldOut) -> String? {
    guard let parts = made.manifest.parts, parts.validation != nil else { return nil }
    let kind = made.holdOut.settings.validation == .random ? "random ones of the rest" : "the farthest of the rest"
    guard let fid = parts.validationFid else {
        return "The validation classes are \(kind); they have too few samples for a distance."
    }
    return "The validation classes, \(kind), are at \(String(format: "%.2f", fid)) from the training classes."
}
