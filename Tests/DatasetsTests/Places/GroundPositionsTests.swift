import Datasets
import Foundation
import TestSupport
import Testing

/// Distances on the ground, what is near, and areas with gaps.
@Suite struct GroundPositionsTests {
    private struct Fixture: Decodable { let distances: [[Double]] }

    /// Geodesics by Karney's algorithm, at any latitude, across the antimeridian and over the poles.
    @Test func distancesAreThoseOfTheEllipsoid() throws {
        let fixture = try JSONDecoder().decode(
            Fixture.self, from: Data(contentsOf: testFile("DatasetsTests/Fixtures/places.json")))
        #expect(fixture.distances.count > 80)
        for row in fixture.distances {
            let places = GroundPositions(latitudes: [row[0], row[2]], longitudes: [row[1], row[3]])
            let (found, expected) = (places.distance(from: 0, to: 1, in: places), row[4])
            let tolerance = expected <= 1000.1 ? 1e-4 : expected <= 20_001 ? 0.01 : 0.005 * expected
            #expect(abs(found - expected) < tolerance, "\(row): \(found)")
            // As far as a radius reaches.
            if expected <= 1000.1 {
                for (radius, isNear) in [(expected + 2e-4, true), (expected - 2e-4, false)] where radius > 0 {
                    let near = PlaceIndex(of: places, radius: radius).positions(near: 0, of: places)
                    #expect(near == (isNear ? [0, 1] : [0]), "\(row), \(radius)")
                }
            }
        }
    }

    @Test func distancesOnAPlaneAreEuclidean() {
        let places = GroundPositions(east: [500_000, 500_015, 500_000], north: [4e6, 4e6 + 20, 4e6])
        #expect(places.distance(from: 0, to: 1, in: places) == 25)
        #expect(PlaceIndex(of: places, radius: 25).positions(near: 0, of: places) == [0, 1, 2])
        #expect(PlaceIndex(of: places, radius: 24.999).positions(near: 0, of: places) == [0, 2])
        // Nothing but the position itself, and what is at the same one.
        #expect(PlaceIndex(of: places, radius: 0).positions(near: 1, of: places) == [1])
        #expect(PlaceIndex(of: places, radius: 0).positions(near: 2, of: places) == [0, 2])
        let far = PlaceIndex(of: GroundPositions(east: [-1e8, 1e8], north: [1e8, -1e8]), radius: 1e9)
        #expect(far.positions(near: 0, of: places) == [0, 1])
    }

    @Test func theAntimeridianIsNoBorder() {
        let places = GroundPositions(latitudes: [10, 10, 10, -89.99995], longitudes: [180, -180, 179.9999, 5])
        #expect(places.distance(from: 0, to: 1, in: places) == 0)
        #expect(PlaceIndex(of: places, radius: 0).positions(near: 0, of: places) == [0, 1])
        #expect(PlaceIndex(of: places, radius: 25).positions(near: 0, of: places) == [0, 1, 2])
        let over = GroundPositions(latitudes: [-89.99995], longitudes: [-175])
        #expect(abs(over.distance(from: 0, to: 3, in: places) - 11.17) < 0.01)
    }

    /// Positions of clusters, on a plane and on the Earth, against all pairs.
    @Test(arguments: [GroundPositions.Coordinates.metres, .degrees])
    func whatIsNearIsFound(_ coordinates: GroundPositions.Coordinates) {
        var rng = SplitMix64(seed: 3)
        func positions(_ count: Int) -> GroundPositions {
            let (a, b) = ((0..<count).map { _ in rng.bell() }, (0..<count).map { _ in rng.bell() })
            return coordinates == .metres
                ? GroundPositions(east: a.map { 100 * $0 - 40 }, north: b.map { 100 * $0 })
                : GroundPositions(latitudes: a.map { 60 + 1e-3 * $0 }, longitudes: b.map { 1e-3 * $0 })
        }
        let (items, queries) = (positions(400), positions(60))
        for radius in [3.0, 25, 180] {
            let index = PlaceIndex(of: items, radius: radius)
            var count = 0
            for query in 0..<queries.count {
                let expected = (0..<items.count).filter { queries.distance(from: query, to: $0, in: items) <= radius }
                #expect(index.positions(near: query, of: queries).map(Int.init) == expected)
                count += expected.count
            }
            #expect(count > 0 && count < 60 * 400)
        }
    }
}

/// Areas of a grid.
@Suite struct AreaGridTests {
    /// Samples of two areas are at least the gap apart, and each area has its side; near the poles and at the antimeridian too.
    @Test(
        arguments: [
            (GroundPositions.Coordinates.metres, 0.0, 0.0), (.degrees, 47.3, 8.5), (.degrees, 0, 180),
            (.degrees, -72, -180),
            (.degrees, 89.97, 0), (.degrees, -89.999, 100),
        ])
    func areasAreAGapApart(_ coordinates: GroundPositions.Coordinates, latitude: Double, longitude: Double) {
        var rng = SplitMix64(seed: 9)
        let (side, gap) = (120.0, 30.0)
        let spread = 250.0 / 111_000
        let (a, b) = ((0..<1500).map { _ in rng.bell() }, (0..<1500).map { _ in rng.bell() })
        let positions =
            coordinates == .metres
            ? GroundPositions(east: a.map { 250 * $0 - 100 }, north: b.map { 250 * $0 })
            : GroundPositions(
                latitudes: a.map { min(90, max(-90, latitude + spread * $0)) },
                longitudes: b.map { value in
                    let place = longitude + spread * value / max(cos(latitude * .pi / 180), 1e-4)
                    return (place + 540).truncatingRemainder(dividingBy: 360) - 180
                })
        let areas = AreaGrid(side: side, gap: gap, coordinates: coordinates).areas(of: positions)
        let whole = AreaGrid(side: side, coordinates: coordinates).areas(of: positions)
        #expect(whole.allSatisfy { $0 != nil } && Set(whole).count > 5)
        let inside = areas.indices.filter { areas[$0] != nil }
        #expect(inside.count > 300 && inside.count < areas.count)
        #expect(inside.allSatisfy { areas[$0] == whole[$0] })
        var nearest = Double.infinity
        for first in inside {
            for second in inside where areas[first] != areas[second] {
                nearest = min(nearest, positions.distance(from: first, to: second, in: positions))
            }
        }
        #expect(nearest >= gap - 0.01 && nearest < 2 * gap, "\(nearest)")
    }

    @Test func areasAndTheirNamesAreAsByHand() {
        let positions = GroundPositions(east: [0, 199.9, 200, -1, 100, 225], north: [0, 0, 399, -201, 12.5, 25])
        let whole = AreaGrid(side: 200, coordinates: .metres).areas(of: positions)
        #expect(
            whole.map { $0?.name } == [
                "e000000n000000", "e000000n000000", "e000001n000001", "e-00001n-00002", "e000000n000000",
                "e000001n000000",
            ])
        let apart = AreaGrid(side: 200, gap: 50, coordinates: .metres).areas(of: positions)
        #expect(apart.map { $0 == nil } == [true, true, true, true, true, false])
        // A degree of longitude on the equator is 111,319.49 m, of latitude near it 110,574.39 m.
        let degrees = GroundPositions(latitudes: [0.5, -0.5], longitudes: [-179, -180])
        let earth = AreaGrid(side: 1000, coordinates: .degrees).areas(of: degrees)
        #expect(earth.map { $0?.name } == ["e000111n000055", "e000000n-00056"])
    }
}

/// Tables of positions, and datasets of areas.
@Suite struct PositionTableTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func table(_ text: String, as name: String = "p.csv") throws -> PositionTable {
        try folder.write(text, to: name)
        return try PositionTable(contentsOf: folder.url.appending(path: name))
    }

    @Test(arguments: ["x,y", "east,north", "Easting,Northing", "UTM_east,utm_north", "y,x"])
    func metresAreRead(columns: String) throws {
        let table = try table("sample,\(columns),role\na,3,4,query\nb,5,6,database\nc,7,8,\n")
        let isTurned = columns == "y,x"
        #expect(table.positions.coordinates == .metres && table.samples == ["a", "b", "c"])
        #expect(table.positions.values[0] == (isTurned ? SIMD2(4, 3) : SIMD2(3, 4)))
        #expect(table.roles == [.query, .gallery, nil])
        #expect(table.understood.last?.hasPrefix("positions are metres, of the columns ") == true)
    }

    @Test(arguments: ["lat,lon", "latitude,longitude", "Lat,Lng"])
    func degreesAreRead(columns: String) throws {
        let table = try table("\(columns)\n47.5,190\n-90,-180\n")
        #expect(table.positions.coordinates == .degrees && table.samples == nil)
        #expect(table.positions.values == [SIMD2(-170, 47.5), SIMD2(-180, -90)])
    }

    /// Names as the benchmarks of the field have them, in a table and in lines of text.
    @Test func namesSayWhereTheyWere() throws {
        let names = ["database/@0550000.5@4180000.25@10@S@@.jpg", "queries/@0550010@4180000@10@S@@.jpg"]
        for (text, file) in [
            ("image\n" + names.joined(separator: "\n"), "p.csv"), (names.joined(separator: "\n"), "p.txt"),
        ] {
            let table = try table(text, as: file)
            #expect(table.positions.values == [SIMD2(550_000.5, 4_180_000.25), SIMD2(550_010, 4_180_000)])
            #expect(table.samples == names)
        }
    }

    @Test(arguments: [
        ("x,y,lat,lon\n1,2,3,4\n", "p.csv:1: found positions twice, x and y (metres) and lat and lon (degrees)"),
        ("east,north,x,y\n1,2,3,4\n", "found positions twice"),
        ("a,b\n1,2\n", "found the columns a, b; expected x and y in metres"),
        ("lat,x\n1,2\n", "found the columns lat, x"),
        ("x,y\n1,2\n3,\n", "p.csv:3: found an empty y; expected a number of metres on every row"),
        ("x,y\n1,nan\n", "found the y \"nan\""), ("x,y\n1,inf\n", "found the y \"inf\""),
        ("x,y\n1,2e8\n", "found the y \"2e8\""),
        ("lat,lon\n91,0\n", "found the lat \"91\"; expected degrees on every row"),
        ("lat,lon\n4180000,550000\n", "expected degrees on every row, from -90 to 90"),
        ("lat,lon\n1,361\n", "found the lon \"361\""), ("x,y\n", "found no rows"),
        ("sample,x,y\na,1,2\na,3,4\n", "p.csv:3: found the sample \"a\" again"),
        ("sample,x,y\n,1,2\n", "found an empty name"), ("x,y,role\n1,2,test\n", "found the role \"test\""),
        ("east,north,zone\n1,2,32N\n3,4,33N\n", "found the zone \"33N\" beside \"32N\""),
        ("sample\n@1@2@.jpg\n@1@b@.jpg\n", "p.csv:3: found the name \"@1@b@.jpg\""),
    ])
    func faultsAreOneSentence(text: String, sentence: String) throws {
        let error = #expect(throws: (any Error).self) { try table(text) }
        #expect("\(try #require(error))".contains(sentence), "\(error.map { "\($0)" } ?? "")")
    }

    @Test func areasAreClasses() throws {
        let table = try table(
            "sample,x,y,role\na,50,50,query\nb,60,60,gallery\nc,100,50,\nd,150,50,\ne,-50,50,\n")
        let dataset = try Dataset(areasOf: table, side: 100, gap: 30, name: "town")
        #expect(dataset.classLabels == ["e-00001n000000", "e000000n000000", "e000001n000000"])
        #expect(dataset.samples.map(\.id) == ["a", "b", "d", "e"] && dataset.samples[0].role == .query)
        #expect(dataset.areas?.leftOutCount == 1 && dataset.areas?.grid.gap == 30)
        #expect(dataset.reading.understood.contains("1 of 5 samples lie between areas and are left out"))
        #expect(dataset.reading.understood.contains("classes are areas of 100 m, 30 m apart"))
        #expect(
            dataset.reading.warnings.count == 1 && dataset.reading.warnings[0].hasPrefix("2 of 3 areas have one sample")
        )
        let near = try Dataset(areasOf: table, side: 20, gap: 5, name: "town")
        #expect(near.reading.warnings.count { $0.contains("less than the 25 m") } == 2)
        let edges = try self.table("sample,x,y\na,1,2\nb,300,4\n")
        let gaps = #expect(throws: (any Error).self) { try Dataset(areasOf: edges, side: 100, gap: 50, name: "town") }
        #expect("\(try #require(gaps))".contains("found all 2 samples in the gaps of a grid of 100 m"))
        let unnamed = try self.table("x,y\n1,2\n300,4\n")
        let error = #expect(throws: (any Error).self) { try Dataset(areasOf: unnamed, side: 100, gap: 0, name: "town") }
        #expect("\(try #require(error))".contains("found no names of samples"))
    }
}
