import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct Cars196Tests {
    private let fixtures = testFile("DatasetsTests/Fixtures")
    private let folder: TemporaryFolder
    /// In the order of their numbers.
    private let names = [
        "AM General Hummer SUV 2000", "Acura RL Sedan 2012", "Acura Integra Type R 2001", "Audi TT Hatchback 2011",
        "Ferrari FF Coupe 2012", "Ram C/V Cargo Van Minivan 2012", "Citroën 2CV 1949", "smart fortwo Convertible 2012",
    ]

    init() throws {
        folder = try TemporaryFolder(copyOf: fixtures.appending(path: "cars196"))
    }

    /// Puts another file in the place of the annotations.
    private func useAnnotations(_ name: String) throws {
        try folder.write(
            Data(contentsOf: fixtures.appending(path: "annotations/\(name).mat")), to: "cars_annos.mat")
    }

    private func expect(_ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
            try Dataset(.cars196, at: folder.url)
        }
        let expected = "\(folder.url.path)\(sentence)"
        #expect(error.map { "\($0)" } == expected, sourceLocation: sourceLocation)
    }

    @Test func theReplicaIsRead() throws {
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(dataset.name == "cars196" && dataset.samples.count == 24)
        #expect(dataset.samples[3] == Sample(id: "car_ims/000004.jpg", classLabel: "Acura RL Sedan 2012"))
        #expect(dataset.samples.map(\.classLabel) == names.flatMap { [$0, $0, $0] })
        let train = zip(dataset.classLabels, dataset.officialSides).filter { $0.1 == .train }.map(\.0)
        #expect(Set(train) == Set(names[..<4]))
    }

    /// The totals that the paper prints.
    @Test func partsAddUpToThePublishedTotals() {
        let counts = KnownDataset.cars196.counts
        #expect(counts.samples == 16185 && counts.classes == 196)
    }

    /// SciPy's UTF-8 and numbers stored as doubles give the same dataset as MATLAB's UTF-16 and bytes.
    @Test(arguments: ["utf-8", "doubles", "unpacked"])
    func otherEncodingsReadTheSame(name: String) throws {
        let expected = try Dataset(.cars196, at: folder.url)
        try useAnnotations(name)
        #expect(try Dataset(.cars196, at: folder.url) == expected)
    }

    @Test(arguments: [
        ("no-names", "no variable class_names but annotations; expected class_names"),
        (
            "no-class",
            "annotations with the fields relative_im_path, bbox_x1, bbox_y1, bbox_x2, bbox_y2; expected a field class"
        ),
        ("class-9", "the class 9 in annotation 5; expected one from 1 to 8, as in class_names"),
        ("class-0", "the class 0 in annotation 1; expected one from 1 to 8, as in class_names"),
        ("class-1.5", "the class 1.5 in annotation 1; expected one from 1 to 8, as in class_names"),
        ("two-classes", "something else in the field class of annotations 1; expected one number"),
        ("path-as-number", "something else in the field relative_im_path of annotations 1; expected a string"),
        (
            "same-names",
            "the name \"Acura Integra Type R 2001\" for the classes 3 and 4; expected a name of its own for each"
        ),
        ("names-as-numbers", "the variable class_names of another kind; expected a cell array of strings"),
        ("name-as-number", "no text in cell 8 of class_names; expected a string in every cell"),
        ("annotations-as-text", "the variable annotations of another kind; expected an array of structures"),
    ])
    func brokenAnnotationsAreNamed(name: String, sentence: String) throws {
        try useAnnotations(name)
        expect("/cars_annos.mat: found \(sentence)")
    }

    @Test func otherFilesAreNoAnnotations() throws {
        try folder.write("hello", to: "cars_annos.mat")
        let sentence = "/cars_annos.mat: found no MATLAB file; expected one of version 5, as MATLAB's save -v7 writes"
        expect(sentence)
        try folder.write("", to: "cars_annos.mat")
        expect(sentence)
    }

    /// Cut off anywhere, the file is an error and no crash.
    @Test func cutFilesAreErrors() throws {
        let whole = try Data(contentsOf: folder.url.appending(path: "cars_annos.mat"))
        for count in stride(from: 0, to: whole.count - 8, by: 37) {
            try folder.write(whole.prefix(count), to: "cars_annos.mat")
            #expect(throws: (any Error).self, "\(count) of \(whole.count) bytes") {
                try Dataset(.cars196, at: folder.url)
            }
        }
    }

    @Test func missingAnnotationsSayWhatTheFolderIs() throws {
        try folder.remove("cars_annos.mat")
        expect(
            "/cars_annos.mat: cannot be read: there is no such file; expected the folder of CARS196 with cars_annos.mat and "
                + "car_ims, cars_train and cars_test with the devkit, or class folders")
        let missing = folder.url.appending(path: "missing")
        #expect(throws: (any Error).self) { try Dataset(.cars196, at: missing) }
    }

    @Test func missingImagesAreCounted() throws {
        try folder.remove("car_ims/000007.jpg")
        try folder.remove("car_ims/000009.jpg")
        expect(": 2 of the 24 images listed are not there, first car_ims/000007.jpg; expected all of them")
    }

    @Test(arguments: ["images/", ""])
    func classFoldersAreRead(below: String) throws {
        let root = try TemporaryFolder()
        for name in names {
            for i in 1...2 { try root.write("", to: "\(below)\(name.replacing("/", with: "-"))/0\(i).jpg") }
        }
        let dataset = try Dataset(.cars196, at: root.url)
        #expect(dataset.samples.count == 16)
        #expect(
            dataset.samples[0]
                == Sample(id: "\(below)AM General Hummer SUV 2000/01.jpg", classLabel: "AM General Hummer SUV 2000"))
        #expect(dataset.officialSides == Array(repeating: .train, count: 4) + Array(repeating: .test, count: 4))
        try dataset.requireFiles(below: root.url)
    }
}
