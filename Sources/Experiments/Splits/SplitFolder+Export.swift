public import Datasets
internal import Files
public import Foundation
public import Parallel
public import Splits

extension SplitFolder {
    /// Writes splits in a form for other tools.
    ///
    /// ```swift
    /// try splits.write(splits.exported(as: .csv), to: tables)
    /// ```
    ///
    /// Before writing anything, it checks that all images exist. It removes files and links of an earlier export of the
    /// same form, which could be mistaken for results of this one.
    ///
    /// - Parameters:
    ///   - export: what to write.
    ///   - url: the output folder.
    ///   - images: the folder that links lead to; needed only for forms with images.
    ///   - replacing: whether files in the way may be replaced.
    ///   - report: called with progress.
    /// - Precondition: `images` is given if the form has images.
    /// - Throws: ``/Files/FileError`` for missing images, and for files that cannot be written or replaced.
    public func write(
        _ export: SplitExport, to url: URL, images: URL? = nil, replacing: Bool = false,
        report: WorkReport = { _ in }
    ) throws {
        precondition(images != nil || !export.form.hasImages, "the form \(export.form.name) without a folder of images")
        let folder = try OutputFolder(url, force: replacing)
        if let images {
            let samples = Set(export.links.map { Name($0.sample) })
            report(.began("looking for \(samples.count) images"))
            let missing = samples.filter { !exists(images.appending(path: $0.text)) }.sorted()
            if let first = missing.first {
                throw FileError.malformed(
                    path: images.appending(path: first.text).path,
                    found: "no such file, and \(missing.count) of \(samples.count) are missing",
                    expected: "an image for each sample")
            }
        }
        report(.began("writing \(export.files.count) files and \(export.links.count) links"))
        let links = OutputFolder.LinkPlan(
            links: export.links.map { ($0.path, (images ?? url).appending(path: $0.sample).path) },
            isOurs: export.ownsLink)
        _ = try folder.write(export.files.map { ($0.path, $0.bytes) }, replacing: export.ownsFile, links: links)
    }

    /// The splits in a form for other tools: see ``/Splits/SplitExport/init(of:in:as:levels:direction:fold:root:)``.
    public func exported(
        as form: SplitExport.Form, levels: [String]? = nil, direction: Direction = .forward, fold: Int? = nil,
        root: String? = nil
    ) throws -> SplitExport {
        try SplitExport(
            of: manifest, in: dataset, as: form, levels: levels, direction: direction, fold: fold, root: root)
    }
}
