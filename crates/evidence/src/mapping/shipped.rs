//! The mappings that come with the program, by name.

macro_rules! shipped {
    ($($name:literal)+) => {
        /// Each shipped mapping: its name, and its text.
        pub const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../mappings/", $name, ".toml")))),+];
    };
}

shipped! {
    "chrony-measurements"
    "chrony-statistics"
    "chrony-tracking"
    "eugene-accounts"
    "eugene-searches"
    "flock-audit"
    "ntpd-loopstats"
    "ntpd-peerstats"
}

impl super::Mapping {
    /// The names of the mappings that come with the program.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The mapping that comes with the program under that name.
    pub fn shipped(name: &str) -> Option<super::Mapping> {
        let (name, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
        super::Mapping::parse(name, text).ok()
    }
}
