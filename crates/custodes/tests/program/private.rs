//! A workspace is its owner's, and a group's only where the owner opened it for that.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::story::Story;

fn everything(folder: &Path, found: &mut Vec<(PathBuf, u32)>) {
    found.push((folder.to_owned(), fs::metadata(folder).expect("there").permissions().mode() & 0o7777));
    if folder.is_dir() {
        fs::read_dir(folder).expect("a folder").flatten().for_each(|entry| everything(&entry.path(), found));
    }
}

fn open_to(folder: &Path, bits: u32) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    everything(folder, &mut found);
    found.into_iter().filter(|(_, mode)| mode & bits != 0).collect()
}

#[test]
fn nobody_but_its_owner_reads_a_workspace_unless_the_owner_opened_it_for_a_group() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name Adams");
    story.does("ad1", "person add am1 --name Manager");
    story.does("ad1", "role give am1 anpr-manager --reason appointed");
    let folder = story.path().join("northmere");
    fs::write(story.path().join("policies.csv"), "policy_id,title,approved_on,review_by\nP1,ANPR,2026-01-01,\n")
        .expect("written");
    story.does("am1", "import policies.csv");
    assert_eq!(open_to(&folder, 0o077), Vec::new());

    // A workspace that an earlier version made, or that somebody opened to everybody.
    let mut found = Vec::new();
    everything(&folder, &mut found);
    for (path, mode) in &found {
        let wider = mode | if path.is_dir() { 0o2075 } else { 0o044 };
        fs::set_permissions(path, Permissions::from_mode(wider)).expect("opened");
    }
    story.does("am1", "request list");
    assert_eq!(open_to(&folder, 0o007), Vec::new());
    assert_eq!(open_to(&folder, 0o040).len(), found.len(), "what was opened for the group stays");
    fs::write(story.path().join("policies.csv"), "policy_id,title,approved_on,review_by\nP2,ANPR,2026-01-02,\n")
        .expect("written");
    story.does("am1", "import policies.csv");
    assert_eq!(open_to(&folder, 0o007), Vec::new(), "what came since is no more open");
    let objects = open_to(&folder.join("evidence/objects"), 0o040);
    assert!(objects.len() > found.len() / 2, "the group reads what came since: {objects:?}");
}
