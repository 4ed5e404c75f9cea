extension Image8 {
    /// The image at another size, to the values that Pillow's `resize` gives.
    ///
    /// The filter is stretched by the scale when the image shrinks, so that every pixel counts. Weights are rounded to
    /// 22 bits after the point; rows are filtered first and rounded to 8 bits, then columns.
    ///
    /// - Precondition: both sizes are at least 1.
    /// - Complexity: O(`width` × `self.height` × s + `width` × `height` × s′) with filters of s and s′ taps.
    public func resized(width: Int, height: Int, interpolation: Interpolation) -> Image8 {
        resized(width: width, height: height, interpolation: interpolation, columns: 0..<width, rows: 0..<height)
    }

    /// The given columns and rows of the image at another size; what is not kept is not computed either.
    func resized(
        width: Int, height: Int, interpolation: Interpolation, columns: Range<Int>, rows: Range<Int>
    ) -> Image8 {
        precondition(width > 0 && height > 0, "a resize to \(width) × \(height) pixels")
        guard (width, height) != (self.width, self.height) else {
            return cropped(left: columns.lowerBound, top: rows.lowerBound, width: columns.count, height: rows.count)
        }
        guard let support = interpolation.support else {
            return nearest(width: width, height: height, columns: columns, rows: rows)
        }
        let across =
            width == self.width
            ? ResizeTaps.identity(columns)
            : ResizeTaps(from: self.width, to: width, kept: columns, support: support, weight: interpolation.weight)
        let down =
            height == self.height
            ? ResizeTaps.identity(rows)
            : ResizeTaps(from: self.height, to: height, kept: rows, support: support, weight: interpolation.weight)
        return filteringRows(across, keeping: down.sourceRange).filteringColumns(down)
    }

    private func nearest(width: Int, height: Int, columns: Range<Int>, rows: Range<Int>) -> Image8 {
        let sourceColumns = nearestIndices(from: self.width, to: width)[columns]
        let sourceRows = nearestIndices(from: self.height, to: height)[rows]
        var target: [UInt8] = []
        target.reserveCapacity(columns.count * rows.count * channelCount)
        for y in sourceRows {
            for x in sourceColumns {
                let start = (y * self.width + x) * channelCount
                target.append(contentsOf: pixels[start..<start + channelCount])
            }
        }
        return Image8(width: columns.count, height: rows.count, channelCount: channelCount, pixels: target)
    }

    /// Filters along each of the given rows; the result has only these rows.
    private func filteringRows(_ taps: ResizeTaps, keeping rows: Range<Int>) -> Image8 {
        let (sourceStride, targetStride) = (width * channelCount, taps.count * channelCount)
        let size = rows.count * targetStride
        let filtered = [UInt8](unsafeUninitializedCapacity: size) { target, initializedCount in
            pixels.withUnsafeBufferPointer { source in
                taps.weights.withUnsafeBufferPointer { weights in
                    for (line, y) in rows.enumerated() {
                        let row = UnsafeBufferPointer(rebasing: source[y * sourceStride..<(y + 1) * sourceStride])
                        let to = UnsafeMutableBufferPointer(
                            rebasing: target[line * targetStride..<(line + 1) * targetStride])
                        if channelCount == 1 {
                            filterGrey(row, into: to, taps: taps, weights: weights)
                        } else {
                            filterColour(row, into: to, taps: taps, weights: weights)
                        }
                    }
                }
            }
            initializedCount = size
        }
        return Image8(width: taps.count, height: rows.count, channelCount: channelCount, pixels: filtered)
    }

    /// Filters across rows; row 0 of this image is row `taps.sourceRange.lowerBound` of the one that was meant.
    private func filteringColumns(_ taps: ResizeTaps) -> Image8 {
        let stride = width * channelCount
        let size = taps.count * stride
        let filtered = [UInt8](unsafeUninitializedCapacity: size) { target, initializedCount in
            var sums = [Int32](repeating: 0, count: stride)
            sums.withUnsafeMutableBufferPointer { sums in
                pixels.withUnsafeBufferPointer { source in
                    for i in 0..<taps.count {
                        sums.update(repeating: ResizeTaps.half)
                        for k in 0..<taps.counts[i] {
                            let weight = taps.weights[i * taps.stride + k]
                            let start = (taps.starts[i] - taps.sourceRange.lowerBound + k) * stride
                            for x in 0..<stride { sums[x] &+= Int32(source[start + x]) &* weight }
                        }
                        for x in 0..<stride { target[i * stride + x] = ResizeTaps.rounded(sums[x]) }
                    }
                }
            }
            initializedCount = size
        }
        return Image8(width: width, height: taps.count, channelCount: channelCount, pixels: filtered)
    }
}

private func filterGrey(
    _ row: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, taps: ResizeTaps,
    weights: UnsafeBufferPointer<Int32>
) {
    for i in 0..<taps.count {
        var sum = ResizeTaps.half
        let (start, first) = (taps.starts[i], i * taps.stride)
        for k in 0..<taps.counts[i] { sum &+= Int32(row[start + k]) &* weights[first + k] }
        target[i] = ResizeTaps.rounded(sum)
    }
}

private func filterColour(
    _ row: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, taps: ResizeTaps,
    weights: UnsafeBufferPointer<Int32>
) {
    for i in 0..<taps.count {
        var (red, green, blue) = (ResizeTaps.half, ResizeTaps.half, ResizeTaps.half)
        let (start, first) = (3 * taps.starts[i], i * taps.stride)
        for k in 0..<taps.counts[i] {
            let weight = weights[first + k]
            red &+= Int32(row[start + 3 * k]) &* weight
            green &+= Int32(row[start + 3 * k + 1]) &* weight
            blue &+= Int32(row[start + 3 * k + 2]) &* weight
        }
        target[3 * i] = ResizeTaps.rounded(red)
        target[3 * i + 1] = ResizeTaps.rounded(green)
        target[3 * i + 2] = ResizeTaps.rounded(blue)
    }
}

/// For each new pixel, the index of the old one that covers its centre.
private func nearestIndices(from sourceSize: Int, to targetSize: Int) -> [Int] {
    let scale = Double(sourceSize) / Double(targetSize)
    // Pillow adds up the scale rather than multiplying it; where a centre falls on an edge, the rounding decides.
    var centre = scale * 0.5
    return (0..<targetSize).map { _ in
        defer { centre += scale }
        return min(Int(centre), sourceSize - 1)
    }
}
