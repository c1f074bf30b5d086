use custodes_compliance::london;
use custodes_evidence::{Evidence, Options};
use custodes_standard::evidence::SEARCHES;
use std::time::Instant as Clock;
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let threads: usize = std::env::args().nth(2).map_or(1, |n| n.parse().unwrap());
    let at = |t| london::parse_day_or_instant(t).unwrap();
    let evidence =
        Evidence::open(folder.as_ref(), Options { threads, ..Options::new(at("2025-10-01"), at("2026-10-01")) })
            .unwrap();
    let all: Vec<usize> = (0..evidence.schema(&SEARCHES).fields().len()).collect();
    for (name, places) in [("first, all", all.clone()), ("again, all", all), ("again, few", vec![0, 3])] {
        let start = Clock::now();
        let mut scan = evidence.scan(&SEARCHES, &places, threads).unwrap();
        let parts = std::mem::take(&mut scan.partitions);
        let rows: usize = std::thread::scope(|s| {
            let h: Vec<_> =
                parts.into_iter().map(|p| s.spawn(move || p.map(|b| b.unwrap().num_rows()).sum::<usize>())).collect();
            h.into_iter().map(|h| h.join().unwrap()).sum()
        });
        let driven = start.elapsed();
        let resolved = scan.finish().unwrap();
        println!(
            "{name}: {rows} rows in {driven:?}, finish {:?}, superseded {}",
            start.elapsed() - driven,
            resolved.superseded.len()
        );
    }
}
