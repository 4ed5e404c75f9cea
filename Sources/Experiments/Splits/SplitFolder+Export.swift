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
    /// Before writing anything, it checks that all images exist. An earlier export in the folder, of whatever form, is
    /// replaced as a whole.
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
        report: @escaping WorkReport = { _ in }
    ) throws {
        precondition(images != nil || !export.form.hasImages, "the form \(export.form.name) without a folder of images")
        let folder = try OutputFolder(url, result: "export", force: replacing) { report(.warning($0)) }
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
        let links = export.links.map { link in
            OutputItem(link.path, .link(to: (images ?? url).appending(path: link.sample).path))
        }
        // Those who wait for README.md, the last file, find everything else.
        try folder.write(links + export.files.map { OutputItem($0.path, $0.bytes) })
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
