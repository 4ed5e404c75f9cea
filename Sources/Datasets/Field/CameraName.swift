/// The person or vehicle, and the camera, that file names of re-identification datasets have.
///
/// | names | as in | of |
/// |---|---|---|
/// | `identity_cCAMERAsSEQUENCE_…` | `0002_c1s1_000451_03.jpg` | Market-1501 |
/// | `identity_cCAMERA_…` | `0001_c2_f0046182.jpg`, `0001_c001_00016450_0.jpg` | DukeMTMC-reID, VeRi-776 |
/// | `identity_image_CAMERA_time_…` | `0000_000_01_0303morning_0015_0.jpg` | MSMT17 |
///
/// ```swift
/// if let name = CameraName("query/0002_c1s1_000451_03.jpg") { print(name.identity, name.camera) }  // 0002 c1
/// ```
public struct CameraName: Sendable, Equatable {
    /// The person or vehicle, as written; `-1` marks images that do not count, in Market-1501 `0000` distractors.
    public let identity: String
    /// The camera, as written: `c1`, `c001`, or `01`.
    public let camera: String

    /// Parses the last part of a path; nil for names of any other form.
    ///
    /// - Complexity: linear in the length; by bytes, since regular expressions take seconds for 100,000 names.
    public init?(_ path: String) {
        func isNumber(_ text: Substring.UTF8View, _ counts: ClosedRange<Int>) -> Bool {
            counts.contains(text.count) && text.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        }
        guard let name = path[...].utf8.split(separator: UInt8(ascii: "/")).last else { return nil }
        let parts = name.split(separator: UInt8(ascii: "_"), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count >= 3, path.utf8.last != UInt8(ascii: "/") else { return nil }
        let (first, second) = (parts[0], parts[1])
        if second.first == UInt8(ascii: "c"), first.elementsEqual("-1".utf8) || isNumber(first, 3...64) {
            let pieces = second.dropFirst().split(
                separator: UInt8(ascii: "s"), maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.allSatisfy({ isNumber($0, 1...64) }) else { return nil }
            (identity, camera) = (String(Substring(first)), "c" + String(Substring(pieces[0])))
        } else if parts.count == 5, isNumber(first, 4...64), isNumber(second, 3...64), isNumber(parts[2], 2...2),
            isNumber(parts[3].prefix(4), 4...4),
            ["morning", "noon", "afternoon"].contains(Substring(parts[3].dropFirst(4)))
        {
            (identity, camera) = (String(Substring(first)), String(Substring(parts[2])))
        } else {
            return nil
        }
    }

    /// Whether nearly all of some sample names have such a form, with more than one camera: at least nine of ten.
    ///
    /// - Complexity: O(n), and much less where the names are of another form.
    public static func areInNames(of samples: [String]) -> Bool {
        var (others, cameras): (Int, Set<String>) = (0, [])
        for sample in samples {
            if let name = CameraName(sample) {
                cameras.insert(name.camera)
            } else {
                others += 1
                if others * 10 > samples.count { return false }
            }
        }
        return cameras.count > 1
    }
}
