import Files
import Parallel
import Testing

@Suite("Threads below a limit of the address space")
struct AddressSpaceTests {
    /// Half of what is free is for threads: each beyond the first takes a stack, and 192 MB that stay.
    @Test func threadsFitIntoHalf() {
        let stack = ProcessLimits.stackByteCount
        let each = stack + (192 << 20)
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 1, free: 0) == 1)
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 1, free: 2 * each - 1) == 1)
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 1, free: 2 * each) == 2)
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 1, free: 2 * 5 * each) == 6)
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 1, free: 1 << 50) == 64)
        #expect(AddressSpace.threadCount(upTo: 1, withReserved: 1, free: 1 << 50) == 1)
    }

    /// What earlier threads have reserved is not counted twice; their stacks are.
    @Test func whatStaysIsCountedOnce() {
        let stack = ProcessLimits.stackByteCount
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 5, free: 2 * 4 * stack) == 5)
        #expect(AddressSpace.threadCount(upTo: 64, withReserved: 5, free: 2 * 4 * stack - 1) == 4)
        #expect(AddressSpace.threadCount(upTo: 3, withReserved: 5, free: 2 * 4 * stack) == 3)
    }

    @Test func blocksAreAllDoneWhateverTheirWork() {
        for work in [0, 1, 1e9, .infinity] {
            let done = concurrentMap(count: 100) { $0 }
            #expect(done == Array(0..<100))
            var sums = [Int](repeating: 0, count: 50)
            sums.withUnsafeMutableBufferPointer { sums in
                let sums = DisjointBuffer(sums)
                inParallel(blockCount: 50, work: work, buffers: {}) { _, block in sums[block] = block + 1 }
            }
            #expect(sums.reduce(0, +) == 1275)
        }
        inParallel(blockCount: 0, buffers: {}) { _, _ in Issue.record("there is no block") }
    }
}
