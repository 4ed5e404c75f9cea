import Datasets
import Splits

/// A partition by a letter for each class: a (train), b (test) or - (removed).
func partition(_ letters: String) -> ClassPartition {
    var partition = ClassPartition(sides: letters.map { $0 == "a" ? .train : .test })
    for (number, letter) in letters.enumerated() where letter == "-" { partition.remove(number) }
    return partition
}
