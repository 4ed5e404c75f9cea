extension Image8 {
    /// The image at another size, with the values of Pillow's `resize`.
    ///
    /// The filter is stretched by the scale when the image shrinks, so that every pixel counts. Weights are rounded to
    /// 22 fractional bits; rows are filtered first and rounded to 8 bits, then columns. If the height shrinks by more
    /// than twice as many pixels as the width, columns come first, as in Pillow 13.
    ///
    /// - Precondition: both sizes are at least 1.
    /// - Complexity: O(`width` × `self.height` × s + `width` × `height` × s′) with filters of s and s′ taps.
    public func resized(width: Int, height: Int, interpolation: Interpolation) -> Image8 {
        resized(width: width, height: height, interpolation: interpolation, columns: 0..<width, rows: 0..<height)
    }

    /// The given columns and rows of the image at another size; nothing else is computed.
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
        let down = ResizeTaps(from: self.height, to: height, kept: rows, support: support, weight: interpolation.weight)
        // An axis that keeps its length is only cropped.
        let needed = height == self.height ? rows : down.sourceRange
        if width == self.width {
            let narrowed = cropped(
                left: columns.lowerBound, top: needed.lowerBound, width: columns.count, height: needed.count)
            return height == self.height ? narrowed : narrowed.filteringColumns(down)
        }
        let across = ResizeTaps(
            from: self.width, to: width, kept: columns, support: support, weight: interpolation.weight)
        // Each pass rounds, so the order affects the values.
        if self.height > height && self.height - height > 2 * (self.width - width) {
            return cropped(left: 0, top: needed.lowerBound, width: self.width, height: needed.count)
                .filteringColumns(down).filteringRows(across, keeping: 0..<rows.count)
        }
        let narrowed = filteringRows(across, keeping: needed)
        return height == self.height ? narrowed : narrowed.filteringColumns(down)
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

    /// Filters along each of the given rows; the result holds only these rows.
    private func filteringRows(_ taps: ResizeTaps, keeping rows: Range<Int>) -> Image8 {
        let (sourceStride, targetStride) = (width * channelCount, taps.count * channelCount)
        let size = rows.count * targetStride
        let filtered = [UInt8](unsafeUninitializedCapacity: size) { target, initializedCount in
            pixels.withUnsafeBufferPointer { source in
                taps.withUnsafeTaps { taps in
                    for (line, y) in rows.enumerated() {
                        let from = UnsafeBufferPointer(rebasing: source[(y * sourceStride)...])
                        let to = UnsafeMutableBufferPointer(rebasing: target[(line * targetStride)...])
                        if channelCount == 1 {
                            filterGrey(from, into: to, taps)
                        } else {
                            filterColour(from, into: to, taps)
                        }
                    }
                }
            }
            initializedCount = size
        }
        return Image8(width: taps.count, height: rows.count, channelCount: channelCount, pixels: filtered)
    }

    /// Filters across rows; row 0 of this image is row `taps.sourceRange.lowerBound` of the original.
    private func filteringColumns(_ taps: ResizeTaps) -> Image8 {
        let stride = width * channelCount
        let size = taps.count * stride
        let firstRow = taps.sourceRange.lowerBound
        let filtered = [UInt8](unsafeUninitializedCapacity: size) { target, initializedCount in
            pixels.withUnsafeBufferPointer { source in
                taps.withUnsafeTaps { taps in
                    for i in 0..<taps.starts.count {
                        let from = UnsafeBufferPointer(rebasing: source[((taps.starts[i] - firstRow) * stride)...])
                        let to = UnsafeMutableBufferPointer(rebasing: target[(i * stride)...])
                        let weights = UnsafeBufferPointer(rebasing: taps.weights[(i * taps.stride)...])
                        filterAcross(from, into: to, stride: stride, weights, count: taps.counts[i])
                    }
                }
            }
            initializedCount = size
        }
        return Image8(width: width, height: taps.count, channelCount: channelCount, pixels: filtered)
    }
}

private func filterGrey(
    _ row: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, _ taps: ResizeTaps.Unsafe
) {
    for i in 0..<taps.starts.count {
        var sum = ResizeTaps.half
        let (start, first) = (taps.starts[i], i * taps.stride)
        for k in 0..<taps.counts[i] { sum &+= Int32(row[start + k]) &* taps.weights[first + k] }
        target[i] = ResizeTaps.rounded(sum)
    }
}

/// Filters all channels of a pixel at once, with the first channel of its neighbour, which is not used.
private func filterColour(
    _ row: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, _ taps: ResizeTaps.Unsafe
) {
    let source = UnsafeRawBufferPointer(row)
    for i in 0..<taps.starts.count {
        var sums = SIMD4<Int32>(repeating: ResizeTaps.half)
        let (start, first) = (3 * taps.starts[i], i * taps.stride)
        let count = taps.counts[i]
        // The image's last pixel has no neighbour.
        let paired = start + 3 * count < row.count ? count : count - 1
        for k in 0..<paired {
            let pixel = source.loadUnaligned(fromByteOffset: start &+ 3 &* k, as: SIMD4<UInt8>.self)
            sums &+= SIMD4<Int32>(truncatingIfNeeded: pixel) &* taps.weights[first &+ k]
        }
        for k in paired..<count {
            let place = start + 3 * k
            let pixel = SIMD4(Int32(row[place]), Int32(row[place + 1]), Int32(row[place + 2]), 0)
            sums &+= pixel &* taps.weights[first + k]
        }
        for c in 0..<3 { target[3 * i + c] = ResizeTaps.rounded(sums[c]) }
    }
}

/// Makes one new row from `count` old ones, sixteen values at a time so that their sums stay in registers.
private func filterAcross(
    _ rows: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, stride: Int,
    _ weights: UnsafeBufferPointer<Int32>, count: Int
) {
    let source = UnsafeRawBufferPointer(rows)
    let blocked = stride / 16 * 16
    for x in Swift.stride(from: 0, to: blocked, by: 16) {
        var sums = SIMD16<Int32>(repeating: ResizeTaps.half)
        for k in 0..<count {
            let values = source.loadUnaligned(fromByteOffset: k &* stride &+ x, as: SIMD16<UInt8>.self)
            sums &+= SIMD16<Int32>(truncatingIfNeeded: values) &* weights[k]
        }
        let rounded = (sums &>> ResizeTaps.fractionBits).clamped(lowerBound: .zero, upperBound: .init(repeating: 255))
        UnsafeMutableRawBufferPointer(target).storeBytes(
            of: SIMD16<UInt8>(truncatingIfNeeded: rounded), toByteOffset: x, as: SIMD16<UInt8>.self)
    }
    for x in blocked..<stride {
        var sum = ResizeTaps.half
        for k in 0..<count { sum &+= Int32(rows[k * stride + x]) &* weights[k] }
        target[x] = ResizeTaps.rounded(sum)
    }
}

/// For each new pixel, the index of the old one that covers its centre.
private func nearestIndices(from sourceSize: Int, to targetSize: Int) -> [Int] {
    let scale = Double(sourceSize) / Double(targetSize)
    // Pillow adds the scale repeatedly rather than multiplying; where a centre falls on an edge, the rounding decides.
    var centre = scale * 0.5
    return (0..<targetSize).map { _ in
        defer { centre += scale }
        return min(Int(centre), sourceSize - 1)
    }
}
