internal import Datasets

extension SplitValidation {
    /// Whether the held-out sides consist of the classes that have samples in both halves.
    func holdoutViolations(ofLevel index: Int) -> [SplitViolation] {
        let level = manifest.levels[index]
        guard let holdout = level.holdout else { return [] }
        let undivided = Set(manifest.controls?.together?.undividedClasses ?? [])
        let place = "\(level.id), holdout"
        let lists = [("train", holdout.train), ("test", holdout.test)]
        var violations: [SplitViolation] = []
        for (name, labels) in lists {
            violations += listViolations(labels, "\(place), \(name)")
            for label in labels where dataset.number(ofClass: label).map({ dataset.samplesOfClass[$0].count }) == 1 {
                violations.append(
                    violation("\(place), \(name)", "the class \"\(label)\" of one sample", "classes of two or more"))
            }
            for label in labels where undivided.contains(label) {
                violations.append(
                    violation(
                        "\(place), \(name)", "the class \"\(label)\", which controls list as undivided",
                        "classes with samples in both halves"))
            }
            if labels.isEmpty { violations.append(violation("\(place), \(name)", "no class", "at least one")) }
        }
        let (train, test) = (Set(holdout.train), Set(holdout.test))
        for label in holdout.train where test.contains(label) {
            violations.append(violation(place, "the class \"\(label)\" in train and test", "every class on one side"))
        }
        // Removal takes other classes here than at the level, and perhaps not as many.
        if level.arm != .removal {
            for (number, label) in dataset.classLabels.enumerated()
            where dataset.samplesOfClass[number].count > 1 && !train.contains(label) && !test.contains(label)
                && !undivided.contains(label)
            {
                violations.append(
                    violation(
                        place, "the class \"\(label)\" on no side",
                        "all classes of two or more samples, since none is removed"))
            }
        }
        return violations + (train.isDisjoint(with: test) ? divisionViolations(lists, place) : [])
    }
}
