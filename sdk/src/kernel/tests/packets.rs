//! Packets that are worked through in parts.

use crate::Timestamp;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Packet, Stamp};
use crate::window::{Mark, Pane, global_window};

/// Rows that are numbered, with their numbers as hashes; some are taken back.
fn packet(rows: u64, taken_back: impl Fn(u64) -> bool) -> Packet {
    let mut batch = Batch::new();
    for row in 0..rows {
        let mark = if taken_back(row) { Mark::Retracts } else { Mark::None };
        let pane = Pane::UNKNOWN.marked(mark);
        batch.push(row, &Stamp { time: Timestamp::from_millis(row as i64), windows: global_window(), pane });
    }
    Packet::divisible(HashedRows { hashes: (0..rows).collect(), batch }, 0)
}

/// The rows of a packet that is taken in parts.
fn parts(mut packet: Packet, most: usize) -> Vec<Vec<u64>> {
    let mut parts = Vec::new();
    while let Some(front) = packet.take_front(most) {
        parts.push(front);
    }
    parts.push(packet);
    { parts }.into_iter().map(rows).filter(|rows| !rows.is_empty()).collect()
}

fn rows(packet: Packet) -> Vec<u64> {
    let count = packet.rows();
    let HashedRows { hashes, batch } = packet.open::<HashedRows<u64>>();
    let times = (0..batch.len()).map(|row| batch.meta.get(row).time.millis() as u64);
    assert!(hashes == batch.values && times.eq(hashes.iter().copied()) && hashes.len() == count);
    hashes
}

#[test]
fn parts_are_the_whole_in_its_order() {
    assert_eq!(parts(packet(5, |_| false), 2), [vec![0, 1], vec![2, 3], vec![4]]);
    assert_eq!(parts(packet(2, |_| false), 2), [[0, 1]]);
}

#[test]
fn what_is_taken_back_stays_with_what_comes_in_its_place() {
    assert_eq!(parts(packet(5, |row| row == 1), 2), [vec![0, 1, 2], vec![3, 4]]);
    assert_eq!(parts(packet(3, |row| row > 0), 1), [vec![0], vec![1, 2]]);
}

#[test]
fn what_cannot_be_divided_is_one() {
    let mut packet = Packet::new(7u8, 0);
    assert!(packet.rows() == 1 && packet.take_front(0).is_none());
    assert_eq!(packet.open::<u8>(), 7);
}
