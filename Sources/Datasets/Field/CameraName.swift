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
    public init?(_ path: String) {
        let name = path.split(separator: "/").last ?? ""
        if let match = name.wholeMatch(of: #/(-1|[0-9]{3,})_(c[0-9]+)(s[0-9]+)?_[^/]*/#) {
            (identity, camera) = (String(match.1), String(match.2))
        } else if let match = name.wholeMatch(
            of: #/([0-9]{4,})_[0-9]{3,}_([0-9]{2})_[0-9]{4}(morning|noon|afternoon)_[^/]*/#)
        {
            (identity, camera) = (String(match.1), String(match.2))
        } else {
            return nil
        }
    }

    /// Whether nearly all of some sample names have such a form, with more than one camera: at least nine of ten.
    ///
    /// - Complexity: O(n).
    public static func areInNames(of samples: [String]) -> Bool {
        let names = samples.compactMap(CameraName.init)
        return names.count * 10 >= samples.count * 9 && Set(names.map(\.camera)).count > 1
    }
}
