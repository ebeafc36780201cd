//! Elements of one key are called for once: those that come meanwhile wait for the same answer.

use std::collections::{HashMap, VecDeque};

/// Elements that wait, with their flights.
type Followers<T> = VecDeque<(u64, T)>;

/// Who is called for, and who waits for the answer.
pub(super) struct Sharing<T> {
    followers: HashMap<Vec<u8>, Followers<T>>,
    /// The keys of those that are called for.
    leaders: HashMap<u64, Vec<u8>>,
}

/// What an element is to others of its key.
pub(super) enum Role<T> {
    /// It is called for.
    Leads(T),
    /// It waits.
    Follows,
}

impl<T> Default for Sharing<T> {
    fn default() -> Self {
        Self { followers: HashMap::new(), leaders: HashMap::new() }
    }
}

impl<T> Sharing<T> {
    pub(super) fn join(&mut self, key: Vec<u8>, flight: u64, element: T) -> Role<T> {
        if let Some(followers) = self.followers.get_mut(&key) {
            followers.push_back((flight, element));
            return Role::Follows;
        }
        self.followers.insert(key.clone(), VecDeque::new());
        self.leaders.insert(flight, key);
        Role::Leads(element)
    }

    /// The answer has come: its key, and those who have waited for it.
    pub(super) fn end(&mut self, leader: u64) -> Option<(Vec<u8>, Followers<T>)> {
        let key = self.leaders.remove(&leader)?;
        let followers = self.followers.remove(&key).unwrap_or_default();
        Some((key, followers))
    }

    /// There is no answer: the first of those who wait, if anybody does, is called for next.
    pub(super) fn succeed(&mut self, leader: u64) -> Option<(u64, T)> {
        let key = self.leaders.remove(&leader)?;
        let next = self.followers.get_mut(&key)?.pop_front();
        match &next {
            Some((flight, _)) => drop(self.leaders.insert(*flight, key)),
            None => drop(self.followers.remove(&key)),
        }
        next
    }
}
