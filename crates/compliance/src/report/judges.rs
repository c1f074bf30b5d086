//! Whose word is whose: what a program did, and what was for people to judge.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judges {
    pub machine: Vec<&'static str>,
    pub people: Vec<&'static str>,
}

pub(super) fn judges(tested: bool, drawn: bool, targeted: bool) -> Judges {
    let mut machine = Vec::new();
    if tested {
        machine.push("It tested the evidence by fixed rules and listed exceptions. An exception is a lead for a person, and no finding");
    }
    if drawn {
        machine.push("It froze the population, joined the seed from what people or a beacon contributed, and drew the sample by a published method that leaves it no choice");
        machine.push("It reckoned, exactly, what the sample says of the population");
    }
    machine.push(
        "It kept the journal: who did what, and when, in an order that cannot be changed unseen once it is witnessed",
    );
    machine.push("It refused acts for which the person had no role, no independence or no clearance by the evidence at that time");
    machine.push("It did not judge any record, settle any exception, raise any finding, or say that anybody complied");

    let mut people = Vec::new();
    if drawn {
        people.push("They chose the rate or size of the sample, gave its rationale and assessed the risk, before the seed was known");
    }
    if targeted {
        people.push("They chose the targeted records, which are kept apart from the sample");
    }
    people.push("To judge records, to answer queries, and to confirm or dismiss exceptions was for them alone");
    people.push("So was to raise findings, to state their extent and the action, and to decide what is non-compliance");
    people.push(
        "So was to complete the audit and, as a second person, to sign it off: this report says whether that was done",
    );
    Judges { machine, people }
}
