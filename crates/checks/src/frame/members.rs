//! The records of a frame, held in little room: a year of a large force's searches runs to millions.

use std::collections::HashMap;

use custodes_compliance::time::Day;

/// One record of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// The values of the key's columns, divided by `/`; distinct in a frame.
    pub key: &'a str,
    /// The London day of its deciding time; `None` where that was left blank or cannot be known.
    pub day: Option<Day>,
    /// What stands in the column that was asked for: empty where it was blank, `None` where it cannot be known.
    pub stratum: Option<&'a str>,
}

/// The records that a sample is drawn among.
#[derive(Debug, Default)]
pub struct Frame {
    records: Part,
    /// Places of the records, in byte order of their keys.
    order: Vec<u32>,
    /// Rows of which it cannot be said whether they are records of the clause: none of them is in the frame.
    pub cannot_be_said: u64,
    /// Why the evidence behind the frame cannot be taken to be whole.
    pub not_whole: Vec<String>,
}

impl Frame {
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The records, in byte order of their keys.
    pub fn members(&self) -> impl ExactSizeIterator<Item = Member<'_>> {
        self.order.iter().map(|&place| self.records.member(place as usize))
    }

    pub(super) fn of(parts: Vec<Part>, not_whole: Vec<String>) -> Frame {
        let mut parts = parts.into_iter();
        let mut records = parts.next().unwrap_or_default();
        parts.for_each(|part| records.append(&part));
        let mut order: Vec<u32> = (0..records.len() as u32).collect();
        order.sort_unstable_by_key(|&place| records.key(place as usize));
        let cannot_be_said = records.unplaced.len() as u64;
        Frame { records, order, cannot_be_said, not_whole }
    }
}

/// Records as one thread found them.
#[derive(Debug, Default)]
pub struct Part {
    keys: String,
    /// Where each key ends.
    ends: Vec<usize>,
    positions: Vec<u64>,
    /// [`NO_DAY`] where there is none.
    days: Vec<i32>,
    /// Each record's stratum, as a place in `names`.
    strata: Vec<u32>,
    names: Vec<Option<Box<str>>>,
    places: HashMap<Option<Box<str>>, u32>,
    /// Positions of rows of which it cannot be said whether they are records.
    pub unplaced: Vec<u64>,
}

const NO_DAY: i32 = i32::MIN;

impl Part {
    pub fn push(
        &mut self,
        position: u64,
        day: Option<Day>,
        stratum: Option<&str>,
        write_key: impl FnOnce(&mut String),
    ) {
        write_key(&mut self.keys);
        self.ends.push(self.keys.len());
        self.positions.push(position);
        self.days.push(day.map_or(NO_DAY, |day| day.0));
        let stratum: Option<Box<str>> = stratum.map(Box::from);
        let place = match self.places.get(&stratum) {
            Some(&place) => place,
            None => {
                let place = self.names.len() as u32;
                self.names.push(stratum.clone());
                self.places.insert(stratum, place);
                place
            }
        };
        self.strata.push(place);
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn key(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.keys[start..self.ends[place]]
    }

    fn member(&self, place: usize) -> Member<'_> {
        let day = self.days[place];
        Member {
            key: self.key(place),
            day: (day != NO_DAY).then_some(Day(day)),
            stratum: self.names[self.strata[place] as usize].as_deref(),
        }
    }

    fn append(&mut self, other: &Part) {
        for place in 0..other.len() {
            let member = other.member(place);
            self.push(other.positions[place], member.day, member.stratum, |keys| keys.push_str(member.key));
        }
        self.unplaced.extend(&other.unplaced);
    }

    /// The same without the rows at these positions (sorted).
    pub fn without(self, superseded: &[u64]) -> Part {
        let stands = |position: &u64| superseded.binary_search(position).is_err();
        if superseded.is_empty() {
            return self;
        }
        let mut kept = Part::default();
        for place in (0..self.len()).filter(|&place| stands(&self.positions[place])) {
            let member = self.member(place);
            kept.push(self.positions[place], member.day, member.stratum, |keys| keys.push_str(member.key));
        }
        kept.unplaced = self.unplaced.iter().copied().filter(stands).collect();
        kept
    }
}
