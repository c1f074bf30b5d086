//! What a machine may say of a clause. It never says compliant: that is for people.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// At least one departure was found: a lead for a person, not yet a finding.
    Exceptions,
    /// It cannot be established: a needed set is absent or not whole, or a test could give no verdict.
    NotEvidenced,
    /// The evidence is there and whole, and shows no departure.
    Clear,
    /// The evidence shows that the clause does not arise.
    NotApplicable,
}

/// What is known of a clause once its tests have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Established {
    pub exceptions: u64,
    pub untestable: u64,
    /// Every set that the clause needs came, and came whole.
    pub evidence_is_whole: bool,
    pub arises: Arises,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arises {
    Yes,
    /// The set that decides it is there and whole, and shows that it does not.
    No,
    /// The set that decides it is absent or not whole, and what came shows nothing.
    CannotBeSaid,
}

impl State {
    /// The one function from which every table, page, report and export takes a clause's state.
    pub fn of(known: Established) -> State {
        if known.exceptions > 0 {
            return State::Exceptions;
        }
        match known.arises {
            Arises::No if known.untestable == 0 => State::NotApplicable,
            Arises::CannotBeSaid => State::NotEvidenced,
            _ if known.untestable > 0 || !known.evidence_is_whole => State::NotEvidenced,
            _ => State::Clear,
        }
    }

    /// Of that name.
    pub fn named(name: &str) -> Option<State> {
        let all = [State::Exceptions, State::NotEvidenced, State::Clear, State::NotApplicable];
        all.into_iter().find(|state| state.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            State::Exceptions => "exceptions",
            State::NotEvidenced => "not_evidenced",
            State::Clear => "clear",
            State::NotApplicable => "not_applicable",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Established =
        Established { exceptions: 0, untestable: 0, evidence_is_whole: true, arises: Arises::Yes };

    #[test]
    fn clear_is_said_only_of_whole_evidence_in_which_every_test_gave_a_verdict() {
        assert_eq!(State::of(WHOLE), State::Clear);
        assert_eq!(State::of(Established { untestable: 1, ..WHOLE }), State::NotEvidenced);
        assert_eq!(State::of(Established { evidence_is_whole: false, ..WHOLE }), State::NotEvidenced);
        assert_eq!(State::of(Established { arises: Arises::CannotBeSaid, ..WHOLE }), State::NotEvidenced);
    }

    #[test]
    fn exceptions_come_before_everything() {
        let nothing_else = Established { exceptions: 1, untestable: 9, evidence_is_whole: false, arises: Arises::No };
        assert_eq!(State::of(nothing_else), State::Exceptions);
    }

    #[test]
    fn what_does_not_arise_is_not_applicable_even_where_other_sets_are_missing() {
        let arises_not = Established { arises: Arises::No, evidence_is_whole: false, ..WHOLE };
        assert_eq!(State::of(arises_not), State::NotApplicable);
        assert_eq!(State::of(Established { untestable: 1, ..arises_not }), State::NotEvidenced);
    }
}
