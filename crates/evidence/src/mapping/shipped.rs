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
