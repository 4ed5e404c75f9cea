import HeadTraining
import Statistics
import Testing

@Suite struct ParameterTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func objectivesAreFoundByName() throws {
        #expect(try KnownObjectives.objective(named: "proxy-anchor").title == "Proxy-Anchor")
        #expect(
            message { _ = try KnownObjectives.objective(named: "proxy-ancor") }
                == "there is no objective \"proxy-ancor\"; did you mean proxy-anchor?")
        #expect(
            message { _ = try KnownObjectives.objective(named: "zzzzzzzzzzzz") }
                .hasPrefix("there is no objective \"zzzzzzzzzzzz\"; expected one of normalized-softmax, "))
    }

    @Test func settingsAreParsed() throws {
        let margin = try KnownObjectives.objective(named: "margin")
        let values = try ObjectiveParameters(of: margin, parsing: ["margin=0.3", "learned-beta=shared", "beta=1"])
        #expect(values["margin"] == 0.3 && values.choice("learned-beta") == "shared" && values["nu"] == 0)
        #expect(
            values.description
                == "margin=0.3,beta=1,learned-beta=shared,beta-rate=1,nu=0,sampler=distance-weighted")
        #expect(try ObjectiveParameters(of: margin, parsing: []) == margin.defaults)
        #expect(values != margin.defaults)
    }

    @Test func wrongSettingsAreOneSentence() throws {
        let margin = try KnownObjectives.objective(named: "margin")
        func wrong(_ text: String) -> String {
            message { _ = try ObjectiveParameters(of: margin, parsing: [text]) }
        }
        #expect(wrong("margn=0.3") == "margin has no parameter \"margn\"; did you mean margin?")
        #expect(
            wrong("temperature=1")
                == "margin has no parameter \"temperature\"; expected one of margin, beta, learned-beta, beta-rate, nu, "
                + "sampler")
        #expect(wrong("margin=wide") == "margin of margin is \"wide\"; expected a number from 0 to 2")
        #expect(wrong("margin=nan") == "margin of margin is \"nan\"; expected a number from 0 to 2")
        #expect(wrong("margin=-1") == "margin of margin is \"-1\"; expected a number from 0 to 2")
        #expect(
            wrong("learned-beta=all")
                == "learned-beta of margin is \"all\"; expected one of per-class, shared, none")
        #expect(
            wrong("margin")
                == "the setting \"margin\" has no equals sign; expected a name and a value, as in margin=0.2")
    }

    /// Random search stays within what it declares, draws everything, and gives the same values for a seed.
    @Test func randomSearchStaysWithinItsRanges() {
        for objective in KnownObjectives.all {
            var generator = SeededGenerator(seed: 3, stream: "search")
            var again = generator
            var seen: [String: Set<String>] = [:]
            for _ in 0..<100 {
                let drawn = ObjectiveParameters(of: objective, drawnWith: &generator)
                #expect(drawn == ObjectiveParameters(of: objective, drawnWith: &again))
                for (parameter, entry) in zip(objective.parameters, drawn.values) {
                    seen[entry.name, default: []].insert("\(entry.value)")
                    switch (parameter.kind, entry.value) {
                    case (.number(_, let allowed, let searched, let scale), .number(let value)):
                        let slack = 1e-3 * (searched.upperBound - searched.lowerBound)
                        #expect(allowed.contains(value))
                        #expect(value >= searched.lowerBound - slack && value <= searched.upperBound + slack)
                        #expect(scale != .whole || value == value.rounded())
                    case (.choice(_, let options), .choice(let value)): #expect(options.contains(value))
                    default: Issue.record("\(entry) is not of the kind declared")
                    }
                }
            }
            for parameter in objective.parameters {
                switch parameter.kind {
                case .number(_, _, let searched, let scale):
                    let few = Int(searched.upperBound - searched.lowerBound) + 1
                    #expect((seen[parameter.name]?.count ?? 0) >= (scale == .whole ? min(few, 4) : 4))
                case .choice(_, let options): #expect(seen[parameter.name]?.count == options.count)
                }
            }
        }
    }
}
